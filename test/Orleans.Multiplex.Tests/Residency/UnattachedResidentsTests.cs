using System.Net;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Where models are ready that have no activation.</summary>
public sealed class UnattachedResidentsTests
{
    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 2, 1);

    private readonly UnattachedResidents _unattached = new();

    [Fact]
    public void Take_Noted_IsSaidOnce()
    {
        _unattached.Note(new ModelNews(null, "pool", "m", Silo));

        Assert.Equal((Silo, null), (_unattached.Take("pool", "m"), _unattached.Take("pool", "m")));
    }

    [Theory]
    [InlineData("other", "m")]
    [InlineData("pool", "n")]
    public void Take_Another_IsNotKnown(string pool, string model)
    {
        _unattached.Note(new ModelNews(null, "pool", "m", Silo));

        Assert.Null(_unattached.Take(pool, model));
    }

    [Fact]
    public void Note_ItsActivationThereHasEndedToo_IsForgotten()
    {
        _unattached.Note(new ModelNews(null, "pool", "m", Silo));

        _unattached.Note(Ended(Other));
        _unattached.Note(Ended(Silo));

        Assert.Null(_unattached.Take("pool", "m"));
    }

    [Fact]
    public void Note_AnActivationElsewhereHasEnded_Stays()
    {
        _unattached.Note(new ModelNews(null, "pool", "m", Silo));

        _unattached.Note(Ended(Other));

        Assert.Equal(Silo, _unattached.Take("pool", "m"));
    }

    private static ModelNews Ended(SiloAddress silo) => new(new GrainAddress { GrainId = GrainId.Create("g", "m"), SiloAddress = silo }, "pool", "m", null);
}
