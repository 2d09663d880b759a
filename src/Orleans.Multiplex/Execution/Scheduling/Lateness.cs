namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// How much longer requests that wait behind others take than was expected when they came: since other models run beside theirs, and threads do not have the
/// processor to themselves. As TCP estimates when an answer is overdue (Jacobson, 1988): a mean, and how far single ones are from it.
/// </summary>
/// <param name="Mean">The mean of what they took more, as a part of what was expected.</param>
/// <param name="Deviation">How far from it they are in the mean.</param>
internal readonly record struct Lateness(double Mean, double Deviation)
{
    private const double WeightOfNew = 0.05;
    private const double Deviations = 4;
    private const double MostTimes = 64;
    private const double MuchLater = 4;

    // Nobody can tell the time exactly, least of all before a crowd has shown what it takes; and who is refused may come again, who is late has waited for nothing.
    private const double LeastTimes = 1.2;

    /// <summary>How many times what is expected a request takes, unless it is one of few.</summary>
    public double Factor => Math.Clamp(1 + Mean + (Deviations * Deviation), LeastTimes, MostTimes);

    /// <summary>With one more request.</summary>
    /// <param name="expected">What was expected of it.</param>
    /// <param name="took">What it took.</param>
    public Lateness Add(TimeSpan expected, TimeSpan took)
    {
        if (expected <= TimeSpan.Zero)
        {
            return this;
        }

        // One that is too late beyond measure says no more than one that is much later than the others.
        var late = Math.Clamp((took / expected) - 1, -1, MuchLater * (1 + Math.Max(Mean, 0)));
        return new Lateness(
            Mean + ((late - Mean) * WeightOfNew),
            Deviation + ((Math.Abs(late - Mean) - Deviation) * WeightOfNew));
    }
}
