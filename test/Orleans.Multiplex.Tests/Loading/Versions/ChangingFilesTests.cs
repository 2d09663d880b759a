using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>Files of one version that come into the store one by one, while it is looked at.</summary>
public sealed class ChangingFilesTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly SwapSilo _silo = new();
    private readonly VersionWatch _watch;

    public ChangingFilesTests() => _watch = new VersionWatch(_silo.Inner.Ledger, _silo.Swap, _silo.Options, _silo.Inner.Time, _silo.Inner.Log);

    public void Dispose()
    {
        _watch.Dispose();
        _silo.Dispose();
    }

    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(1, 2, 2)]
    public async Task Look_SeveralFilesChangeOneByOne_OnlyWhatStaysIsLoaded(int before, int after, long version)
    {
        await _silo.Inner.LoadAsync("m", manifest: WithFiles(1, "old", before));
        var (old, holder) = (_silo.Find("m", 1), new FakeHolder("m", _silo.Opener));
        holder.Hold(old);
        await LookAtAsync(WithFiles(1, "old", before));

        // As many looks as there are halves: each sees something else.
        await LookAtAsync(WithFiles(version, "half", after));
        await LookAtAsync(WithFiles(version, "nearly", after));
        await LookAtAsync(WithFiles(version, "new", after));
        Assert.Equal((1, ResidentState.Ready), (_silo.Opener.CountOpened("m"), old.State));

        await LookAtAsync(WithFiles(version, "new", after));
        Assert.Equal(("new", 2), (holder.Current!.Store.Tag, _silo.Opener.CountOpened("m")));
    }

    [Fact]
    public async Task Look_ChangedAndBackAndChanged_IsNotTwoLooksInARow()
    {
        await _silo.Inner.LoadAsync("m", manifest: WithFiles(1, "old", 2));
        new FakeHolder("m", _silo.Opener).Hold(_silo.Find("m", 1));

        foreach (var tag in new[] { "old", "new", "old", "new", "old" })
        {
            await LookAtAsync(WithFiles(1, tag, 2));
        }

        Assert.Equal(1, _silo.Opener.CountOpened("m"));
    }

    [Fact]
    public async Task Look_FirstFileOfANewVersionThatAnyFileMakes_WaitsForMore()
    {
        _silo.Opener.ModelFile = null;
        var (_, holders) = await _silo.LoadAsync("m");
        await LookAtAsync(WithFiles(1, "old", 1));

        await LookAtAsync(WithFiles(2, "first", 1));
        await LookAtAsync(WithFiles(2, "both", 2));
        await LookAtAsync(WithFiles(2, "both", 2));

        Assert.Equal((2L, "both", 2), (holders[0].Current!.Key.Version, holders[0].Current!.Store.Tag, _silo.Opener.CountOpened("m")));
    }

    private static ModelManifest WithFiles(long version, string tag, int count) => SwapSilo.Manifest("m", version, tag) with
    {
        Files = [.. Enumerable.Range(0, count).Select(i => new ModelFile(i == 0 ? "model.onnx" : $"weights-{i}.bin", 1, tag))],
    };

    private async Task LookAtAsync(ModelManifest found)
    {
        _silo.Opener.Find = (_, _) => new(found);
        _silo.Inner.Time.Advance(Interval);
        await _watch.LookAsync().Soon();
    }
}
