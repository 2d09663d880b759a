namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>How a silo leaves its cluster (<c>Multiplex:Drain</c>).</summary>
public sealed class DrainOptions
{
    /// <summary>
    /// The longest that a silo takes to hand its models over to others before it leaves. What is not elsewhere then is loaded there by its next request. The host's own time to
    /// stop (<c>HostOptions.ShutdownTimeout</c>) is made half a minute longer at least. Default: 30 s; zero hands nothing over; at most an hour.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
