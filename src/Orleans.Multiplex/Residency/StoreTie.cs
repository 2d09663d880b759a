using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Residency;

/// <summary>How a resident compares with what the store has. Set by its loader, then by the watch over versions alone.</summary>
internal sealed class StoreTie
{
    /// <summary>The tag of the files that it was loaded from; null before they were found, and for a model that is not from the store.</summary>
    public string? Tag { get; set; }

    /// <summary>The files in the disk cache that it was loaded from; null before, and for a model without files there.</summary>
    public ArtifactContents? Files { get; set; }

    /// <summary>The last use that was noted for them (<see cref="Resident.LastUse"/>). Set by <see cref="FileUses"/> alone.</summary>
    public long NotedUse { get; set; }

    /// <summary>What the store has that is newer, as far as that is known and has not taken its place.</summary>
    public NewerVersion? Newer { get; set; }

    /// <summary>The timestamp at which the store is to be asked for something newer; 0 before that was planned.</summary>
    public long LookDueAt { get; set; }
}
