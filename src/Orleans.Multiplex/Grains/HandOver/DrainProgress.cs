namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>How far a silo is in handing its models over.</summary>
internal sealed class DrainProgress
{
    private volatile bool _hasBegun;
    private int _models;
    private int _moved;
    private int _left;

    public int Models => Volatile.Read(ref _models);

    public int Moved => Volatile.Read(ref _moved);

    public void Begin(int models)
    {
        (_models, _moved, _left) = (models, 0, 0);
        _hasBegun = true;
    }

    /// <summary>So many there are by now.</summary>
    public void Count(int models) => Volatile.Write(ref _models, models);

    public void CountMoved() => Interlocked.Increment(ref _moved);

    public void CountLeft() => Interlocked.Increment(ref _left);

    /// <summary>Null before it has begun.</summary>
    public DrainReport? Report() => _hasBegun ? new DrainReport(Models, Moved, Volatile.Read(ref _left)) : null;
}
