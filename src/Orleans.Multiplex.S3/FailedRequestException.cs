namespace Orleans.Multiplex.S3;

/// <summary>A request failed. Stays within the store.</summary>
#pragma warning disable CA1064 // It never leaves the store.
internal sealed class FailedRequestException(Failure failure, Exception? cause) : Exception(failure.Reason, cause)
#pragma warning restore CA1064
{
    public Failure Failure { get; } = failure;
}
