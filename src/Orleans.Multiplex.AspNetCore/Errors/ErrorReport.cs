namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>What a caller is told of an error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">What went wrong, and what to do.</param>
/// <param name="RetryAfter">The time to wait before a new try; null when none makes sense.</param>
internal sealed record ErrorReport(int Status, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>By which the log has the error; for errors whose cause the caller is not told.</summary>
    public string? TraceId { get; init; }
}
