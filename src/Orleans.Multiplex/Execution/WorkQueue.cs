using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// Work that waits for a thread: by priority, and in the order in which it came within one. Work that nobody wants any more is taken out
/// at once, so that it neither takes a place nor keeps what it holds: less urgent work may be passed over for as long as it is wanted, which
/// its deadline bounds. Where the queue is full, less urgent work makes way for more urgent work.
/// </summary>
/// <param name="capacity">How much may wait; null for no bound.</param>
internal sealed class WorkQueue(int? capacity)
{
    /// <summary>The levels of priority: 1 goes first.</summary>
    private const int Levels = 9;

    /// <summary>Where work stands that names no priority.</summary>
    private const int DefaultLevel = 5;

    private const int SpinsBeforeSleep = 35;

    // A monitor and not a Lock: threads wait on it.
    private readonly object _lock = new();
    private readonly LinkedList<QueuedWork>[] _levels = [.. Enumerable.Range(0, Levels).Select(_ => new LinkedList<QueuedWork>())];
    private int _count;
    private int _asleep;
    private bool _isClosed;

    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>How much waits.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// Adds work. Where the queue is full, the last of the least urgent that waits is refused in its place, if it is less urgent than the
    /// new one. False when there is none, or the queue is closed.
    /// </summary>
    /// <param name="work">The work, in no queue yet.</param>
    /// <param name="priority">1 is the most urgent, and all from 9 on are the least; 0 is the default, which is as 5.</param>
    public bool TryAdd(QueuedWork work, int priority)
    {
        var level = (priority <= 0 ? DefaultLevel : Math.Min(priority, Levels)) - 1;
        QueuedWork? refused = null;
        lock (_lock)
        {
            if (_isClosed || (_count >= capacity && (refused = TakeLessUrgent_NeedsLock(level)) is null))
            {
                return false;
            }

            _levels[level].AddLast(work.Place);
            _count++;
            if (_asleep > 0)
            {
                _asleep--;
                Monitor.Pulse(_lock);
            }
        }

        refused?.Refuse();
        return true;
    }

    /// <summary>Takes out work that is not wanted any more. False when a thread has taken it already, or it has been refused.</summary>
    public bool TryRemove(QueuedWork work)
    {
        lock (_lock)
        {
            if (work.Place.List is not { } level)
            {
                return false;
            }

            level.Remove(work.Place);
            _count--;
            return true;
        }
    }

    /// <summary>Takes the next work; blocks the thread until there is some. False when the queue is closed and empty.</summary>
    public bool TryTake([NotNullWhen(true)] out QueuedWork? work)
    {
        SpinForWork();
        lock (_lock)
        {
            while (_count == 0)
            {
                if (_isClosed)
                {
                    work = null;
                    return false;
                }

                _asleep++;
                Monitor.Wait(_lock);
            }

            var next = Array.Find(_levels, static level => level.Count > 0)!;
            work = next.First!.Value;
            next.RemoveFirst();
            _count--;
            return true;
        }
    }

    /// <summary>Takes no more work; what waits is still to be taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private QueuedWork? TakeLessUrgent_NeedsLock(int level)
    {
        var least = Array.FindLastIndex(_levels, static waiting => waiting.Count > 0);
        if (least <= level)
        {
            return null;
        }

        var work = _levels[least].Last!.Value;
        _levels[least].RemoveLast();
        _count--;
        return work;
    }

    // Falling asleep and being woken takes several times as long as work that follows soon.
    private void SpinForWork()
    {
        var spin = default(SpinWait);
        for (var i = 0; i < SpinsBeforeSleep && Count == 0; i++)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
