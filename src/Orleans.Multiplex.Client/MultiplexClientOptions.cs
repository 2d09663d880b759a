namespace Orleans.Multiplex;

/// <summary>Settings of the client SDK.</summary>
public sealed class MultiplexClientOptions
{
    /// <summary>The time allowed to a call that does not give its own, loading included. Default: 60 s; above zero.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
