namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>How long a thread takes for runs of a model, as measured: averages in which what is new counts more.</summary>
/// <param name="Runs">How many were measured.</param>
/// <param name="Run">A run, of however many rows.</param>
/// <param name="Item">One request of it.</param>
/// <param name="Usual">A run, in which the few that take much longer hardly count: threads are interrupted on a busy machine.</param>
/// <param name="UsualPerByte">The same for one byte of its inputs, in seconds.</param>
internal readonly record struct RunCost(int Runs, TimeSpan Run, TimeSpan Item, TimeSpan Usual, double UsualPerByte)
{
    private const double WeightOfNew = 0.1;

    // The first runs of a model are slower than the next ones.
    private const int FewRuns = 8;

    // What takes longer than that hardly counts; where it is every third run, it wins all the same.
    private const double MuchLonger = 4;

    // Nothing is much longer than a moment that is hardly measured.
    private static readonly TimeSpan Moment = TimeSpan.FromMicroseconds(50);

    private const int RunsToBeEven = 10_000;

    // No pause of the runtime or the system takes so long.
    private static readonly TimeSpan LongForAShortOne = TimeSpan.FromMilliseconds(250);

    public bool IsKnown => Runs > 0;

    /// <summary>
    /// Whether a run that was thought to be short has taken so long that what the others take does not bound what the next one takes. Some thousands of others later it
    /// was an accident.
    /// </summary>
    public bool IsUneven => EvenAfter > 0;

    /// <summary>After how many more runs they count as even.</summary>
    private int EvenAfter { get; init; }

    /// <summary>Whether so much was measured that a request may be refused by it.</summary>
    public bool IsCertain => Runs >= FewRuns;

    /// <summary>With one more run.</summary>
    /// <param name="took">How long it took.</param>
    /// <param name="items">How many requests went in it.</param>
    /// <param name="bytes">The bytes of their inputs, above zero.</param>
    public RunCost Add(TimeSpan took, int items, long bytes)
    {
        if (!IsKnown)
        {
            return new RunCost(1, took, took / items, took, took.TotalSeconds / bytes);
        }

        var most = Usual * MuchLonger > Moment ? Usual * MuchLonger : Moment;
        var usual = took < most ? took : most;
        return new RunCost(
            Math.Min(Runs + 1, FewRuns),
            Run + ((took - Run) * WeightOfNew),
            Item + (((took / items) - Item) * WeightOfNew),
            Usual + ((usual - Usual) * WeightOfNew),
            UsualPerByte + (((usual.TotalSeconds / bytes) - UsualPerByte) * WeightOfNew))
        {
            EvenAfter = IsCertain && took >= LongForAShortOne && QueueRule.IsShort(this, bytes, QueueRule.LongestHere) ? RunsToBeEven : Math.Max(0, EvenAfter - 1),
        };
    }
}
