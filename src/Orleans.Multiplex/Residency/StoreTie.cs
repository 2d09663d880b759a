namespace Orleans.Multiplex.Residency;

/// <summary>How a resident compares with what the store has. Set by its loader, then by the watch over versions alone.</summary>
internal sealed class StoreTie
{
    /// <summary>The tag of the files that it was loaded from; null before they were found, and for a model that is not from the store.</summary>
    public string? Tag { get; set; }

    /// <summary>What the store has that is newer, as far as that is known and has not taken its place.</summary>
    public NewerVersion? Newer { get; set; }

    /// <summary>The timestamp at which the store is to be asked for something newer; 0 before that was planned.</summary>
    public long LookDueAt { get; set; }
}
