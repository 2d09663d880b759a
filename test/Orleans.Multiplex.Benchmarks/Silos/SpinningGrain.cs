using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>Its code is synchronous, and has its thread for all of its time.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Orleans makes it.")]
internal sealed class SpinningGrain : MultiplexedGrain<TimeProvider>, ISpinningGrain
{
    /// <summary>How long a run takes.</summary>
    public static readonly TimeSpan Run = TimeSpan.FromMilliseconds(20);

    public Task SpinAsync() => RunAsync(static time =>
    {
        var begin = time.GetTimestamp();
        while (time.GetElapsedTime(begin) < Run)
        {
            Thread.SpinWait(100);
        }

        return true;
    });

    protected override Task<TimeProvider> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken) => Task.FromResult(TimeProvider.System);
}
