namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>How long a thread takes for runs of a model, as measured: averages in which what is new counts more.</summary>
/// <param name="Run">A run, of however many rows; zero where none was measured.</param>
/// <param name="Item">One request of it.</param>
/// <param name="Row">One row of it.</param>
internal readonly record struct RunCost(TimeSpan Run, TimeSpan Item, TimeSpan Row)
{
    private const double WeightOfNew = 0.1;

    public bool IsKnown => Run > TimeSpan.Zero;

    /// <summary>With one more run.</summary>
    /// <param name="took">How long it took.</param>
    /// <param name="items">How many requests went in it.</param>
    /// <param name="rows">How many rows they had.</param>
    public RunCost Add(TimeSpan took, int items, int rows) =>
        IsKnown
            ? new RunCost(Mix(Run, took), Mix(Item, took / items), Mix(Row, took / rows))
            : new RunCost(took, took / items, took / rows);

    private static TimeSpan Mix(TimeSpan old, TimeSpan latest) => old + ((latest - old) * WeightOfNew);
}
