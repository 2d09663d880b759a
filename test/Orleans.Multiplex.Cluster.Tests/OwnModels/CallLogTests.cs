using System.Text.RegularExpressions;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>The lines of each call of an own class, the same as those of models of the store.</summary>
public sealed partial class CallLogTests
{
    [Fact]
    public async Task Call_OfAnOwnClass_LogsItsStartAndOutcome()
    {
        await using var cluster = await TestCluster.StartAsync();

        await cluster.CallAsync("1").Soon();
        await cluster.CallAsync("1").Soon();
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Grain("1").ThrowAsync(Waiting.Token).Soon());

        Assert.Equal(
            [
                "Debug: Request to model '1' started.", "Debug: Request to model '1' succeeded in ms (cold: True).",
                "Debug: Request to model '1' started.", "Debug: Request to model '1' succeeded in ms (cold: False).",
                "Debug: Request to model '1' started.", "Debug: Request to model '1' failed in ms: InvalidOperationException.",
            ],
            Lines(cluster));
    }

    [Fact]
    public async Task Stream_OfAnOwnClass_LogsItsStartAndItsEnd()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Gates.Open("element");

        await cluster.Grain("1").StreamAsync(3, "element", Waiting.Token).ToListAsync(Waiting.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Grain("1").ThrowInStreamAsync(Waiting.Token).ToListAsync(Waiting.Token).AsTask().Soon());

        Assert.Equal(
            [
                "Debug: Request to model '1' started.", "Debug: Request to model '1' succeeded in ms (cold: True).",
                "Debug: Request to model '1' started.", "Debug: Request to model '1' failed in ms: InvalidOperationException.",
            ],
            Lines(cluster));
    }

    private static IEnumerable<string> Lines(TestCluster cluster) => cluster.Log.All
        .Where(line => line.Contains("Request to model", StringComparison.Ordinal))
        .Select(line => Duration().Replace(line, "in ms"));

    [GeneratedRegex(@"in [\d.]+ms")]
    private static partial Regex Duration();
}
