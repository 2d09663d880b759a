using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Quarantine;

/// <summary>What a silo writes down while it opens models, and what others read of it when it has ended.</summary>
public sealed class OpeningMarksTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly WatchedTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly CacheFolder _folder;
    private readonly OpeningMarks _marks;

    public OpeningMarksTests()
    {
        _folder = CacheFolder.Open(_temporary.Path);
        _marks = Open("silo-1");
    }

    public void Dispose()
    {
        _marks.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void SiloThatEnds_LeavesWhatItWasOpeningAndNothingElse()
    {
        using var ended = _marks.Set(Key('a'), "iris", 3);
        ended.Dispose();
        using var first = _marks.Set(Key('b'), "team/wine", 1);
        using var second = _marks.Set(Key('c'), new string('x', ModelKey.MaxIdLength), long.MaxValue);

        EndWithoutStopping();

        Assert.Equal([first.Mark, second.Mark], Take().OrderBy(mark => mark.Key));
        Assert.Equal(("team/wine", 1L, "silo-1", _time.GetUtcNow()), (first.Mark.Model, first.Mark.Version, first.Mark.Silo, first.Mark.At));
        Assert.Empty(Take());
    }

    [Fact]
    public void Set_AsManyAsThereWereBefore_TakesNoMoreRoom()
    {
        for (var i = 0; i < 100; i++)
        {
            using var one = _marks.Set(Key('a'), "m", 1);
            using var two = _marks.Set(Key('b'), "m", 2);
        }

        Assert.Equal(16 * 1024, new FileInfo(_marks.Path!).Length);
    }

    [Fact]
    public void Set_ManyAtOnce_AllAreThere()
    {
        var held = Enumerable.Range(1, 50).Select(version => _marks.Set(Key('a'), "m", version)).ToList();

        EndWithoutStopping();

        Assert.Equal(held.Select(one => one.Mark), Take());
        held.ForEach(static one => one.Dispose());
    }

    [Fact]
    public void SiloThatStops_LeavesNothingThoughItIsOpening()
    {
        var held = _marks.Set(Key('a'), "m", 1);

        _marks.Dispose();

        Assert.Empty(Directory.GetFiles(_folder.Loading));
        held.Dispose();
        _marks.Set(Key('b'), "m", 2).Dispose();
    }

    [Fact]
    public void SiloThatLives_IsLeftAlone()
    {
        using var held = _marks.Set(Key('a'), "m", 1);
        using var other = Open("silo-2");

        Assert.Empty(Take(other.Path));
        Assert.True(File.Exists(_marks.Path));
    }

    [Fact]
    public void TornSlot_IsPassedOverAndTold()
    {
        using var torn = _marks.Set(Key('a'), "torn", 1);
        using var whole = _marks.Set(Key('b'), "whole", 1);
        var left = EndWithoutStopping();
        using (var file = File.OpenWrite(left))
        {
            file.Position = 100;
            file.WriteByte((byte)'#');
        }

        Assert.Equal([whole.Mark], Take());
        Assert.Contains(_log.Messages, message => message.Contains("damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(500)]
    [InlineData(1025)]
    public void File_OfAnyLength_IsRead(int length)
    {
        using var held = _marks.Set(Key('a'), "m", 1);
        var left = EndWithoutStopping();
        using (var file = File.OpenWrite(left))
        {
            file.SetLength(length);
        }

        Assert.Equal(length < 500 ? 0 : 1, Take().Count);
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void Take_EndsInTheMiddle_TheMarksAreThereForTheNext()
    {
        using var held = _marks.Set(Key('a'), "m", 1);
        EndWithoutStopping();

        Assert.Throws<InvalidOperationException>(() => new LeftMarks(_folder, _marks.Path, _log).Take(_ => throw new InvalidOperationException()));

        Assert.Equal([held.Mark], Take());
    }

    private static string Key(char digit) => new(digit, 64);

    private OpeningMarks Open(string silo) => new(_folder, silo, _time, _log);

    private List<OpeningMark> Take(string? own = null)
    {
        var taken = new List<OpeningMark>();
        new LeftMarks(_folder, own ?? _marks.Path, _log).Take(found =>
        {
            taken.AddRange(found);
            return true;
        });
        return taken;
    }

    private string EndWithoutStopping() => Ended.Leave(_folder, _marks);
}
