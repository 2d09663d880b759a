namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Why a request is not answered.</summary>
/// <param name="Reason">Its kind.</param>
/// <param name="Message">What the caller is told: what is missing, and what to do. It says nothing of the model.</param>
/// <param name="Key">The name of the caller's key; null without one.</param>
/// <param name="RetryAfter">The time to wait before a new try; null when none makes sense.</param>
internal sealed record Refusal(RefusalReason Reason, string Message, string? Key = null, TimeSpan? RetryAfter = null);
