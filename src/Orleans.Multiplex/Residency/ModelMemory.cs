namespace Orleans.Multiplex.Residency;

/// <summary>
/// The memory of a model. The two kinds are told apart because only the first is the process's own: mapped pages are those of a file, shared by all
/// who map it, and the kernel may take them back at any time and read them again.
/// </summary>
/// <param name="HeapBytes">What lies in the memory of the process.</param>
/// <param name="MappedBytes">What lies in mapped pages of a file, when all of it has been used.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelMemory")]
internal readonly record struct ModelMemory(long HeapBytes, long MappedBytes = 0)
{
    /// <summary>Whether neither kind is more than another's.</summary>
    public bool FitsIn(ModelMemory other) => HeapBytes <= other.HeapBytes && MappedBytes <= other.MappedBytes;

    public override string ToString() =>
        MappedBytes == 0 ? $"{new ByteSize(HeapBytes)}" : $"{new ByteSize(HeapBytes)} and {new ByteSize(MappedBytes)} of mapped files";

    /// <summary>Memory of the process alone, as all models have that are not opened from a mapped file.</summary>
    public static implicit operator ModelMemory(long heapBytes) => new(heapBytes);
}
