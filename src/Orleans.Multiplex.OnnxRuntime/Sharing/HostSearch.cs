using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>Looks for the host of the machine, or finds that there is none.</summary>
internal static class HostSearch
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(10);

    // Short, since who has just gone lets go of the lock in a moment.
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>What was found; the caller owns it.</summary>
    /// <param name="Part">The part to take.</param>
    /// <param name="Lock">Of a host: its lock.</param>
    /// <param name="Guest">Of a guest: its connection.</param>
    /// <param name="Fault">Of one that is alone: why.</param>
    internal sealed record Found(WorkerPart Part, FileLock? Lock = null, GuestPipe? Guest = null, string? Fault = null);

    /// <summary>Looks for it, for some seconds at most.</summary>
    /// <param name="place">Where.</param>
    /// <param name="canHost">Whether this silo can be the host.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Found> RunAsync(WorkerPlace place, bool canHost, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var since = time.GetTimestamp(); ; await Task.Delay(RetryPause, time, cancellationToken))
        {
            var (taken, fault) = canHost ? TryTakeLock(place) : default;
            var (reach, guest) = taken is not null ? default
                : fault is not null ? (Reach.Refused, null)
                : await GuestPipe.ConnectAsync(place.PipeName, ConnectPatience, PartRule.ReachPatience, time, cancellationToken);
            var part = PartRule.Choose(taken is not null, reach, time.GetElapsedTime(since));
            if (part != WorkerPart.None)
            {
                return new Found(part, taken, guest, fault ?? (reach == Reach.Refused ? "its pipe is not to be used" : "it does not answer"));
            }
        }
    }

    private static (FileLock? Taken, string? Fault) TryTakeLock(WorkerPlace place)
    {
        try
        {
            return (FileLock.TryTake(place.GetLock(), create: true), null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, fault.Message);
        }
    }
}
