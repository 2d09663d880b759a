namespace Orleans.Multiplex.Residency;

/// <summary>How a load ended. A failure is a value here and becomes an exception at each waiter, which thus gets its own copy.</summary>
internal sealed record LoadOutcome(LoadFailureKind? Failure, string Message)
{
    public static LoadOutcome Loaded { get; } = new(null, "");
}
