using System.Net;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Where models stay whose activations have ended.</summary>
public sealed class UnattachedResidentsTests
{
    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Loopback, 1, 1);

    private readonly UnattachedResidents _unattached = new();

    [Fact]
    public void Take_Noted_IsSaidOnce()
    {
        Note("m@3", "pool");

        Assert.Equal((Silo, null), (_unattached.Take("pool", "m"), _unattached.Take("pool", "m")));
    }

    [Theory]
    [InlineData("m", null, "pool", "m")]
    [InlineData("m", "pool", "other", "m")]
    [InlineData("m", "pool", "pool", "n")]
    [InlineData("../m", "pool", "pool", "m")]
    public void Take_AnotherOrGone_IsNotKnown(string key, string? heldPool, string pool, string model)
    {
        Note(key, heldPool);

        Assert.Null(_unattached.Take(pool, model));
    }

    private void Note(string key, string? pool) =>
        _unattached.Note(new EndedActivation(new GrainAddress { GrainId = GrainId.Create("g", key), SiloAddress = Silo }, pool));
}
