using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

internal static class WireExtensions
{
    /// <summary>The error of a request that must be refused.</summary>
    public static Task<RefusedException> RefuseAsync(this IWire client, Ask ask) =>
        Assert.ThrowsAsync<RefusedException>(() => client.InferAsync(ask, TestContext.Current.CancellationToken));

    /// <summary>The one output of a request.</summary>
    public static async Task<Array> RunAsync(this IWire client, Ask ask) =>
        (await client.InferAsync(ask, TestContext.Current.CancellationToken)).Outputs.Single().Elements;
}
