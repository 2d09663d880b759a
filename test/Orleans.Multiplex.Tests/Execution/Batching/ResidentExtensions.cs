using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>Waits for what still uses a model.</summary>
internal static class ResidentExtensions
{
    /// <summary>Completes when nothing uses it any more: runs outlast their callers, and a trial belongs to none.</summary>
    public static async Task WhenUnusedAsync(this Resident resident)
    {
        while (resident.Gate.Users > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
