using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>The turn to check a model: one at a time in this silo, and on this machine, so that memory is measured where nothing else runs.</summary>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose.
internal sealed class CheckTurn
#pragma warning restore CA1001
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Waits for the turn.</summary>
    /// <param name="lockPath">The file whose lock all silos of the machine take; null where there is none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IDisposable> TakeAsync(string? lockPath, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var pause = FirstPause; lockPath is not null; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
#pragma warning disable CA2000 // The caller owns it.
                if (FileLock.TryTake(lockPath, create: true) is { } taken)
#pragma warning restore CA2000
                {
                    return new Taken(this, taken);
                }

                // Other processes hold it, on no clock but the real one.
                await Task.Delay(pause, TimeProvider.System, cancellationToken);
            }

            return new Taken(this, null);
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    private sealed class Taken(CheckTurn turn, FileLock? machine) : IDisposable
    {
        private bool _isGivenBack;

        public void Dispose()
        {
            if (!_isGivenBack)
            {
                _isGivenBack = true;
                machine?.Dispose();
                turn._turn.Release();
            }
        }
    }
}
