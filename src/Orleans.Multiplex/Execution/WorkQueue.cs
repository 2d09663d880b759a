using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// Work that waits for a thread: by priority, and in the order in which it came within one. Work that nobody wants any more is taken out
/// at once, so that it neither takes a place nor keeps what it holds: less urgent work may be passed over for as long as it is wanted, which
/// its deadline bounds.
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
    private readonly LinkedList<Action>[] _levels = [.. Enumerable.Range(0, Levels).Select(_ => new LinkedList<Action>())];
    private int _count;
    private int _asleep;
    private bool _isClosed;

    /// <summary>How much waits.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds work. False when the queue is full or closed.</summary>
    /// <param name="work">The work, in no queue yet.</param>
    /// <param name="priority">1 is the most urgent, and all from 9 on are the least; 0 is the default, which is as 5.</param>
    public bool TryAdd(LinkedListNode<Action> work, int priority)
    {
        lock (_lock)
        {
            if (_isClosed || _count >= capacity)
            {
                return false;
            }

            _levels[(priority <= 0 ? DefaultLevel : Math.Min(priority, Levels)) - 1].AddLast(work);
            _count++;
            if (_asleep > 0)
            {
                _asleep--;
                Monitor.Pulse(_lock);
            }

            return true;
        }
    }

    /// <summary>Takes out work that is not wanted any more. False when a thread has taken it already.</summary>
    public bool TryRemove(LinkedListNode<Action> work)
    {
        lock (_lock)
        {
            if (work.List is not { } level)
            {
                return false;
            }

            level.Remove(work);
            _count--;
            return true;
        }
    }

    /// <summary>Takes the next work; blocks the thread until there is some. False when the queue is closed and empty.</summary>
    public bool TryTake([NotNullWhen(true)] out Action? work)
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
