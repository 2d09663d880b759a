namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Counts what runs have taken.</summary>
internal sealed class BusyTime
{
    private long _ticks;

    public TimeSpan Total => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public void Add(TimeSpan took) => Interlocked.Add(ref _ticks, took.Ticks);
}
