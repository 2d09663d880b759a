using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>The check of a content, which one silo of the machine does at a time; who enters after it finds what it has found.</summary>
internal sealed class CheckFlight : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly List<FileLock> _taken = [];
    private Task _end = Task.CompletedTask;

    private CheckFlight()
    {
    }

    /// <summary>Waits until nobody else checks the content.</summary>
    /// <param name="contents">The content; null for one that is not in the cache, and of this silo alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<CheckFlight> EnterAsync(ArtifactContents? contents, CancellationToken cancellationToken)
    {
        var flight = new CheckFlight();
        try
        {
            // Always in this order: who knows the digests may wait for who does not, and never the other way round.
            if (contents is not null)
            {
                await flight.TakeAsync(contents.GetCheckLock(contents.Version), cancellationToken);
            }

            if (contents?.Digests is { } digests)
            {
                await flight.TakeAsync(contents.GetCheckLock(ContentKey.Of(digests)), cancellationToken);
            }

            return flight;
        }
        catch
        {
            flight.Dispose();
            throw;
        }
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

    private async Task TakeAsync(string path, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (FileLock.TryTakeForNow(path) is { } taken)
            {
                _taken.Add(taken);
                return;
            }

            // Other processes hold it, on no clock but the real one.
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
        }
    }
}
