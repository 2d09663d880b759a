namespace Orleans.Multiplex.Residency;

/// <summary>The bounds of waiting for room.</summary>
/// <param name="MaxWaiting">How many loads may wait at once.</param>
/// <param name="Timeout">How long one may wait.</param>
/// <param name="RetryAfter">What is told to those who could not wait.</param>
/// <param name="CorrectionTimeout">How long a model that turned out larger than reserved may wait for what it takes more.</param>
internal sealed record RoomWaitLimits(int MaxWaiting, TimeSpan Timeout, TimeSpan RetryAfter, TimeSpan CorrectionTimeout);
