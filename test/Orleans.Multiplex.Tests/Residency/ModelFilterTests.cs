using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Residency;
using Orleans.Serialization;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class ModelFilterTests
{
    [Fact]
    public void MayContain_WhatWasAdded_IsFound() => Gen.String.Array[0, 300].Sample(ids =>
    {
        var filter = ModelFilter.Of(ids);

        Assert.All(ids, id => Assert.True(filter.MayContain(id)));
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 20)]
    [InlineData(1000, 20)]
    [InlineData(20_000, 20)]
    [InlineData(32_000, 100)]
    public void MayContain_WhatWasNotAdded_IsSeldomFound(int count, int mostOfTenThousand)
    {
        var filter = ModelFilter.Of([.. Enumerable.Range(0, count).Select(i => $"model-{i}")]);

        Assert.InRange(Enumerable.Range(0, 10_000).Count(i => filter.MayContain($"other-{i}")), 0, mostOfTenThousand);
    }

    [Fact]
    public void Of_AnyNumber_GrowsToAtMost64KiB()
    {
        Assert.Equal(8, ModelFilter.Of([]).Bits.Length);
        Assert.Equal(2048, ModelFilter.Of([.. Enumerable.Range(0, 1000).Select(i => $"{i}")]).Bits.Length);
        Assert.Equal(64 * 1024, ModelFilter.Of([.. Enumerable.Range(0, 100_000).Select(i => $"{i}")]).Bits.Length);
    }

    [Fact]
    public void Filter_OverTheWire_IsTheSameAndTakesLittleMoreThanItsBits()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var filter = ModelFilter.Of([.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);

        var written = serializer.SerializeToArray(filter);

        Assert.InRange(written.Length, filter.Bits.Length, filter.Bits.Length + 64);
        Assert.Equal(filter.Bits, serializer.Deserialize<ModelFilter>(written)!.Bits);
    }
}
