using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Workload;

public sealed class ZipfRanksTests
{
    private const int Draws = 400_000;

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 0.6)]
    [InlineData(50, 0.6)]
    [InlineData(50, 0.9)]
    [InlineData(50, 1.0)]
    [InlineData(50, 1.2)]
    [InlineData(1000, 1.0)]
    public void Next_ManyDraws_HaveTheFrequenciesOfTheLaw(int count, double exponent)
    {
        var ranks = new ZipfRanks(count, exponent);
        var random = new Random(7);
        var seen = new int[count];
        for (var i = 0; i < Draws; i++)
        {
            seen[ranks.Next(random)]++;
        }

        var sum = Enumerable.Range(1, count).Sum(k => Math.Pow(k, -exponent));
        for (var k = 1; k <= count; k++)
        {
            var expected = Draws * Math.Pow(k, -exponent) / sum;
            Assert.InRange(seen[k - 1], expected - (6 * Math.Sqrt(expected)) - 1, expected + (6 * Math.Sqrt(expected)) + 1);
        }
    }

    [Fact]
    public void Next_AMillionRanks_StaysAmongThem()
    {
        var ranks = new ZipfRanks(1_000_000, 0.6);
        var random = new Random(7);

        var drawn = Enumerable.Range(0, Draws).Select(_ => ranks.Next(random)).ToList();

        Assert.InRange(drawn.Min(), 0, 100);
        Assert.InRange(drawn.Max(), 990_000, 999_999);
    }
}
