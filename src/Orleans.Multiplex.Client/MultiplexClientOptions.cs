namespace Orleans.Multiplex;

/// <summary>Settings of the client SDK.</summary>
public sealed class MultiplexClientOptions
{
    /// <summary>The time allowed to a call that does not give its own, loading included. Default: 60 s; above zero, at most a day.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The longest time that a call may be given; one that asks for more is refused before it is sent. Default: 10 minutes; at least
    /// <see cref="RequestTimeout"/>, at most a day. Silos refuse by a setting of their own of the same name, so raise both.
    /// </summary>
    public TimeSpan MaxRequestTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The time after which an attempt without an answer is given up and the call is sent again, since its silo may be gone without a
    /// sign. Default: 30 s; above zero. It is set on Orleans clients (as their response timeout), not on silos, which see each other's
    /// death themselves. A call that waits for a long load is sent again each time it passes and joins the same load. A run that takes
    /// longer than this never ends: it is cancelled and begun anew until the call's deadline, so set it above the longest run.
    /// An enumeration that waits for its next element hears of its silo every 25 s: below that, one that waits is cut.
    /// </summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The most bytes that one call may send: its inputs' elements, names and shapes. A larger one is refused before it is sent,
    /// because a message over Orleans' limit closes the connection, and the calls of others with it. Default: 64 MiB; above zero, at
    /// most 1 GiB. Silos must take messages of this size too (<c>SiloMessagingOptions.MaxMessageBodySize</c>, 100 MB by default).
    /// </summary>
    public ByteSize MaxRequestBytes { get; set; } = new(64L << 20);
}
