using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Where threads take their work from, and sleep while there is none. Which work is next is for the derived class to say.</summary>
internal abstract class WorkSource
{
    private const int SpinsBeforeSleep = 35;

    private int _ready;
    private int _asleep;
    private bool _isClosed;

    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Guards what waits. A monitor and not a Lock: threads wait on it.</summary>
    protected object Gate { get; } = new();

    /// <summary>Takes the next work; blocks the thread until there is some. False when it is closed and nothing is left.</summary>
    public bool TryTake([NotNullWhen(true)] out IWork? work)
    {
        SpinForWork();
        lock (Gate)
        {
            while ((work = TakeNext_NeedsLock()) is null)
            {
                if (_isClosed)
                {
                    return false;
                }

                _asleep++;
                Monitor.Wait(Gate);
            }

            return true;
        }
    }

    /// <summary>Takes no more work; what waits is still to be taken.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isClosed = true;
            OnClosed_NeedsLock();
            Monitor.PulseAll(Gate);
            _asleep = 0;
        }
    }

    /// <summary>Takes the next work; null when there is none now.</summary>
    protected abstract IWork? TakeNext_NeedsLock();

    /// <summary>It has been closed: what waits for more to come has to wait no longer.</summary>
    protected virtual void OnClosed_NeedsLock()
    {
    }

    /// <summary>There is so much more to take, or less.</summary>
    protected void ChangeReady_NeedsLock(int by)
    {
        Volatile.Write(ref _ready, _ready + by);
        if (by > 0 && _asleep > 0)
        {
            _asleep--;
            Monitor.Pulse(Gate);
        }
    }

    // Falling asleep and being woken takes several times as long as work that follows soon.
    private void SpinForWork()
    {
        var spin = default(SpinWait);
        for (var i = 0; i < SpinsBeforeSleep && Volatile.Read(ref _ready) == 0; i++)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
