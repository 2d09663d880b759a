using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>
/// The check of a content, which one silo of the machine does at a time, as soon as its digests are known; who enters after it finds what it has found.
/// That saves work and no more: who cannot have the lock goes on without it.
/// </summary>
internal sealed class CheckFlight : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly List<FileLock> _taken = [];
    private Task _end = Task.CompletedTask;

    private CheckFlight()
    {
    }

    /// <summary>Waits until nobody else checks the content, or not any more: a silo that stands still has it without end.</summary>
    /// <param name="contents">The content; null for one that is not in the cache, and of this silo alone.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<CheckFlight> EnterAsync(ArtifactContents? contents, TimeSpan patience, CancellationToken cancellationToken)
    {
        var flight = new CheckFlight();
        var since = TimeProvider.System.GetTimestamp();
        try
        {
            // Always in this order: who knows the digests may wait for who does not, and never the other way round.
            if (contents is not null && await TakeAsync(contents.Version) && contents.Digests is { } digests)
            {
                await TakeAsync(ContentKey.Of(digests));
            }

            return flight;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return flight;
        }
        catch
        {
            flight.Dispose();
            throw;
        }

        Task<bool> TakeAsync(string name) =>
            flight.TryTakeAsync(contents.GetCheckLock(name), patience - TimeProvider.System.GetElapsedTime(since), cancellationToken);
    }

    /// <summary>It ends no sooner than this, and nobody waits for it here.</summary>
    public void EndWith(Task written) => _end = written;

    public void Dispose()
    {
        if (_end.IsCompleted)
        {
            End();
        }
        else
        {
            _end.ContinueWith(_ => End(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void End()
    {
        _taken.ForEach(static taken => taken.Dispose());
        _taken.Clear();
    }

    private async Task<bool> TryTakeAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        // Other processes hold it, on no clock but the real one.
        var since = TimeProvider.System.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (FileLock.TryTakeForNow(path) is { } taken)
            {
                _taken.Add(taken);
                return true;
            }

            if (TimeProvider.System.GetElapsedTime(since) >= patience)
            {
                return false;
            }

            await Task.Delay(pause, TimeProvider.System, cancellationToken);
        }
    }
}
