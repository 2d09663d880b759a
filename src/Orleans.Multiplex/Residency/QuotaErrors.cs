namespace Orleans.Multiplex.Residency;

/// <summary>What those are told who get no room on a silo.</summary>
internal sealed class QuotaErrors(string silo, RoomWaitLimits limits)
{
    /// <summary>The model is larger than all that the silo may hold.</summary>
    public NoCapacityException TooLarge(string modelId, ModelMemory needed, ModelMemory most) => needed.HeapBytes > most.HeapBytes
        ? TooLarge(modelId, $"{new ByteSize(needed.HeapBytes)}", $"{new ByteSize(most.HeapBytes)} in all", "Multiplex:MaxBytesPerSilo")
        : TooLarge(modelId, $"{new ByteSize(needed.MappedBytes)} of mapped files", $"{new ByteSize(most.MappedBytes)} of them", "Multiplex:MaxMappedBytesPerSilo");

    private NoCapacityException TooLarge(string modelId, string needed, string most, string setting) =>
        new(modelId, $"Model '{modelId}' needs {needed}, and silo '{silo}' may hold {most}. Raise {setting}, or use a smaller model.");

    /// <summary>What is pinned leaves less than is asked for, whoever else goes.</summary>
    public NoCapacityException Pinned(string modelId, string limit) => new(
        modelId,
        $"Silo '{silo}' is at its quota of {limit}, and what its pinned models leave of it is too little for model '{modelId}'. Unpin a model, raise the quota, or add a silo.",
        limits.RetryAfter);

    /// <summary>Too many wait already.</summary>
    public OverloadedException TooManyWait(string modelId, string limit, int waiting) => new(
        modelId,
        $"Silo '{silo}' is at its quota of {limit}, and {waiting} loads wait for room already (Multiplex:Load:MaxWaiting). "
        + "Ask for fewer models at once, raise the quota, or add a silo.",
        limits.RetryAfter);

    /// <summary>Nothing became free in time.</summary>
    public NoCapacityException NothingFree(string modelId, string limit, TimeSpan waited) => new(
        modelId,
        $"Silo '{silo}' is at its quota of {limit}, and what it holds stayed in use or pinned for {waited.TotalSeconds:0.#} s "
        + "(Multiplex:Load:RoomTimeout). Raise the quota, add a silo, or unpin a model.",
        limits.RetryAfter);
}
