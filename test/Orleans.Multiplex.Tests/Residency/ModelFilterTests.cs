using CsCheck;
using Orleans.Multiplex.Residency;
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
}
