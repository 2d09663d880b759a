namespace Orleans.Multiplex.Loading;

/// <summary>How resident models follow the store (<c>Multiplex:Versions</c>).</summary>
public sealed class VersionOptions
{
    /// <summary>
    /// Within this time it is noticed that a resident model was overwritten in the store, or that there is a higher version of it. Smaller asks
    /// the store more often; it is asked for resident models only. Default: 30 s; zero turns it off, else 100 ms to a day.
    /// </summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest that a newer version waits for room beside the one that answers; then <see cref="WithoutRoom"/> says what becomes of it.
    /// Default: 30 s; above zero, at most a day.
    /// </summary>
    public TimeSpan SwapTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is done when there is no room for both. Default: <see cref="WithoutRoom.Postpone"/>.</summary>
    public WithoutRoom WithoutRoom { get; set; }
}
