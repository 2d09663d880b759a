namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>How far a silo is in handing its models over.</summary>
internal sealed class DrainProgress
{
    private volatile bool _hasBegun;
    private int _models;
    private int _moved;
    private int _left;

    public int Moved => Volatile.Read(ref _moved);

    public void Begin(int models)
    {
        _models = models;
        _hasBegun = true;
    }

    public void CountMoved() => Interlocked.Increment(ref _moved);

    public void CountLeft() => Interlocked.Increment(ref _left);

    /// <summary>Null before it has begun.</summary>
    public DrainReport? Report() => _hasBegun ? new DrainReport(_models, Moved, Volatile.Read(ref _left)) : null;
}
