using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class ClusterResidencyViewTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ClusterResidencyView _view;

    public ClusterResidencyViewTests() => _view = new ClusterResidencyView(_time);

    [Fact]
    public void Update_OlderRowComesLater_IsDropped()
    {
        _view.Update(Row(1, sequence: 5));
        _view.Find(Silo(1))!.CountSent("A", 10);
        _view.Update(Row(1, sequence: 4));

        var heard = _view.Find(Silo(1))!;
        Assert.Equal((5L, 1, 10L, 0), (heard.Row.Sequence, heard.GetSentModels("A"), heard.SentBytes, heard.GetSentModels("B")));
    }

    [Fact]
    public void Update_NewerRowThatDoesNotTellOfFilesAgain_KeepsWhatWasHeard()
    {
        _view.Update(Row(1, sequence: 5) with { Cached = ModelFilter.Of(["m"]) });
        _view.Update(Row(1, sequence: 6));
        Assert.True(_view.Find(Silo(1))!.Row.Cached!.MayContain("m"));

        _view.Update(Row(1, sequence: 7) with { Cached = ModelFilter.Of([]) });
        Assert.False(_view.Find(Silo(1))!.Row.Cached!.MayContain("m"));
    }

    [Fact]
    public void Update_NewerRow_ForgetsWhatWasSentBeforeAndItsAge()
    {
        _view.Update(Row(1, sequence: 5));
        _view.Find(Silo(1))!.CountSent("A", 10);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _view.GetAge(_view.Find(Silo(1))!));

        _view.Update(Row(1, sequence: 6));

        var heard = _view.Find(Silo(1))!;
        Assert.Equal((0, 0L, TimeSpan.Zero), (heard.GetSentModels("A"), heard.SentBytes, _view.GetAge(heard)));
    }

    [Fact]
    public void Retain_SilosThatAreGone_AreForgotten()
    {
        _view.Update(Row(1, 1));
        _view.Update(Row(2, 1));

        _view.Retain(new HashSet<SiloAddress> { Silo(2) });

        Assert.Equal([Silo(2)], _view.Silos);
        Assert.Null(_view.Find(Silo(1)));
        Assert.Equal("name-2", _view.GetName(Silo(2).ToParsableString()));
        Assert.Equal(Silo(1).ToParsableString(), _view.GetName(Silo(1).ToParsableString()));
    }

    private static SiloAddress Silo(int i) => SiloAddress.New(IPAddress.Loopback, 11110 + i, i);

    private static SiloRow Row(int silo, long sequence) => new(Silo(silo), $"name-{silo}", sequence, false, 100, 0, []);
}
