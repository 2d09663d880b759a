namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>What requests have waited for a thread, but for company.</summary>
/// <param name="Total">All of them together.</param>
/// <param name="Requests">How many there were.</param>
internal readonly record struct WaitedTime(TimeSpan Total, long Requests)
{
    /// <summary>With one more.</summary>
    public WaitedTime Add(TimeSpan waited) => new(Total + waited, Requests + 1);

    /// <summary>What each has waited in the mean since then.</summary>
    public TimeSpan GetMeanSince(WaitedTime before) => Requests > before.Requests ? (Total - before.Total) / (Requests - before.Requests) : TimeSpan.Zero;
}
