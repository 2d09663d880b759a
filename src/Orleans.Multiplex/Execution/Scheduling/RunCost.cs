namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>How long a thread takes for runs of a model, as measured: averages in which what is new counts more.</summary>
/// <param name="Runs">How many were measured.</param>
/// <param name="Run">A run, of however many rows.</param>
/// <param name="Item">One request of it.</param>
/// <param name="SecondsPerByte">One byte of its inputs.</param>
internal readonly record struct RunCost(int Runs, TimeSpan Run, TimeSpan Item, double SecondsPerByte)
{
    private const double WeightOfNew = 0.1;

    // The first runs of a model are slower than the next ones.
    private const int FewRuns = 8;

    // No pause of the runtime or the system takes so long.
    private static readonly TimeSpan LongForAShortOne = TimeSpan.FromMilliseconds(250);

    public bool IsKnown => Runs > 0;

    /// <summary>Whether a run has taken so much longer than the others that what they take does not bound what the next one takes.</summary>
    public bool IsUneven { get; init; }

    /// <summary>Whether so much was measured that a request may be refused by it.</summary>
    public bool IsCertain => Runs >= FewRuns;

    /// <summary>With one more run.</summary>
    /// <param name="took">How long it took.</param>
    /// <param name="items">How many requests went in it.</param>
    /// <param name="bytes">The bytes of their inputs, above zero.</param>
    public RunCost Add(TimeSpan took, int items, long bytes) =>
        IsKnown
            ? new RunCost(
                Math.Min(Runs + 1, FewRuns),
                Run + ((took - Run) * WeightOfNew),
                Item + (((took / items) - Item) * WeightOfNew),
                SecondsPerByte + (((took.TotalSeconds / bytes) - SecondsPerByte) * WeightOfNew))
            {
                IsUneven = IsUneven || (IsCertain && took >= LongForAShortOne),
            }
            : new RunCost(1, took, took / items, took.TotalSeconds / bytes);
}
