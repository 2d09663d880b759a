namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>When a model gets a thread: by how urgent its next run is, then by the time that it has had, then by who came first.</summary>
/// <param name="Level">The level of its next run.</param>
/// <param name="Served">The time of threads that the model has had.</param>
/// <param name="Number">In what order its next run came.</param>
internal readonly record struct RunTurn(int Level, double Served, long Number) : IComparable<RunTurn>
{
    public int CompareTo(RunTurn other)
    {
        var order = Level.CompareTo(other.Level);
        order = order != 0 ? order : Served.CompareTo(other.Served);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }
}
