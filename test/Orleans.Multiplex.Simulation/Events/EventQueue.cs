namespace Orleans.Multiplex.Simulation.Events;

/// <summary>What happens in a simulation, in the order of its times; what happens at one time, in the order in which it was planned.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new(Comparer<(TimeSpan At, long Order)>.Create(static (one, other) =>
        one.At == other.At ? one.Order.CompareTo(other.Order) : one.At.CompareTo(other.At)));

    private long _planned;

    /// <summary>The time since the simulation began.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Plans something; what is late already happens next.</summary>
    public void At(TimeSpan at, Action act) => _events.Enqueue(act, (at < Now ? Now : at, _planned++));

    public void After(TimeSpan delay, Action act) => At(Now + delay, act);

    /// <summary>Lets everything happen that is planned up to a time, which is now from then on.</summary>
    public void RunUntil(TimeSpan at)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= at)
        {
            Now = next.At;
            _events.Dequeue()();
        }

        Now = at;
    }
}
