namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>What an instance of ModelMesh tells the others.</summary>
/// <param name="LruTime">When the model was used last that it would evict next.</param>
/// <param name="Count">How many models it has.</param>
/// <param name="FreeBytes">The bytes that are free.</param>
/// <param name="IsFull">Whether they are fewer than a model takes.</param>
/// <param name="Busyness">Its requests a minute.</param>
internal sealed record MeshRecord(TimeSpan LruTime, int Count, long FreeBytes, bool IsFull, double Busyness)
{
    public bool DiffersMuchFrom(MeshRecord told, TimeSpan now, long capacity)
    {
        var age = (now - told.LruTime).TotalSeconds;
        return IsFull != told.IsFull
            || Math.Abs((LruTime - told.LruTime).TotalSeconds) > Math.Min(20, age / 16)
            || Math.Abs(Count - told.Count) > Math.Min(10, 0.15 * told.Count)
            || Math.Abs(FreeBytes - told.FreeBytes) > 0.2 * (capacity - told.FreeBytes)
            || Math.Abs(Busyness - told.Busyness) > Math.Max(100, 0.1 * told.Busyness);
    }
}
