using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>
/// Looks at the cluster for all pages that are open in this process, once for all of them, and not at all while there are none. Where a look takes long, as with very many models, the next one waits
/// longer, so that the looks never take more than a tenth of the time. One that failed has waited for what did not come, and is tried again soon.
/// </summary>
internal sealed partial class ClusterWatch(IMultiplexClient client, TimeProvider time, ILogger<ClusterWatch> logger) : IAsyncDisposable
{
    /// <summary>How many events pages show at most.</summary>
    private const int MostEvents = 2000;

    private const int LastEvents = 1000;
    private const int PauseFactor = 9;

    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
    private readonly List<Action> _followers = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private bool _isLooking;
    private ClusterSnapshot _current = ClusterSnapshot.Empty;
    private string? _position;

    /// <summary>What was seen last.</summary>
    public ClusterSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Has somebody told of each look, until what is returned is disposed.</summary>
    public IDisposable Follow(Action onLooked)
    {
        lock (_lock)
        {
            _followers.Add(onLooked);
            if (!_isLooking && !_stop.IsCancellationRequested)
            {
                _isLooking = true;

                // It belongs to no page: neither its trace nor its context may flow in.
                using (ExecutionContext.SuppressFlow())
                {
                    _looking = Task.Run(LookAsync);
                }
            }
        }

        return new Follower(this, onLooked);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task LookAsync()
    {
        // What happened while nobody looked is not news any more.
        _position = null;
        while (TryGoOn())
        {
            var startedAt = time.GetTimestamp();
            var pause = LeastPause;
            try
            {
                Volatile.Write(ref _current, await LookOnceAsync(Current, _stop.Token));
                var byItsLength = time.GetElapsedTime(startedAt) * PauseFactor;
                pause = byItsLength > LeastPause ? byItsLength : LeastPause;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is, the pages say so, and the next look may do better.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogFailed(error);
                Volatile.Write(ref _current, Current with { Fault = Faults.Describe(error) });
            }

            Tell();
            await Task.Delay(pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ClusterSnapshot> LookOnceAsync(ClusterSnapshot before, CancellationToken cancellationToken)
    {
        var silos = await client.GetSilosAsync(cancellationToken);
        var now = time.GetUtcNow();
        var slotEnd = new DateTimeOffset(now.Ticks - (now.Ticks % SiloHistory.SlotLength.Ticks), TimeSpan.Zero);
        var history = slotEnd > before.HistoryEnd ? await client.GetHistoryAsync(cancellationToken: cancellationToken) : before.History;
        var page = await ReadEventsAsync(cancellationToken);
        var events = (_position is null ? [] : before.Events).InsertRange(0, page.Events.Reverse());

        // Who is far behind goes on with what happens now.
        _position = page.HasMore ? null : page.Position;
        return new ClusterSnapshot
        {
            Silos = silos,
            History = history,
            HistoryEnd = slotEnd,
            Events = events.Count > MostEvents ? events.RemoveRange(MostEvents, events.Count - MostEvents) : events,
        };
    }

    private Task<ClusterEventPage> ReadEventsAsync(CancellationToken cancellationToken) => client.GetEventsAsync(_position, LastEvents, cancellationToken);

    // The last one to go ends it; what was seen stays for who comes next, until the first look.
    private bool TryGoOn()
    {
        lock (_lock)
        {
            return _isLooking = _followers.Count > 0 && !_stop.IsCancellationRequested;
        }
    }

    private void Tell()
    {
        Action[] followers;
        lock (_lock)
        {
            followers = [.. _followers];
        }

        foreach (var follower in followers)
        {
            try
            {
                follower();
            }
#pragma warning disable CA1031 // Whatever one page fails at, the others are told.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogNotTold(error);
            }
        }
    }

    [LoggerMessage(2200, LogLevel.Warning, "The dashboard could not ask the cluster; it tries again.")]
    private partial void LogFailed(Exception error);

    [LoggerMessage(2202, LogLevel.Warning, "A page of the dashboard could not show what was seen; the others do, and it may at the next look.")]
    private partial void LogNotTold(Exception error);

    private sealed class Follower(ClusterWatch watch, Action onLooked) : IDisposable
    {
        public void Dispose()
        {
            lock (watch._lock)
            {
                watch._followers.Remove(onLooked);
            }
        }
    }
}
