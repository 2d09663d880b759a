namespace Orleans.Multiplex.Loading;

/// <summary>How models are loaded (<c>Multiplex:Load</c>).</summary>
public sealed class LoadOptions
{
    /// <summary>How many loads are worked on at once. Default: 0, which means as many as the process has cores; not negative.</summary>
    public int MaxParallel { get; set; }

    /// <summary>
    /// How many bytes of models are opened at once, of the heap and of mapped files together; fetching and checking need none. One that is larger is opened alone.
    /// Default: 0, which means a quarter of what the silo may hold: to open a model takes up to as much again as is reserved for it.
    /// </summary>
    public ByteSize MaxBytesInProgress { get; set; }

    /// <summary>The longest that one load may take, waits included; then it counts as failed. Default: 5 minutes; above zero, at most a day.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest that a load waits for room under the quota. Default: 30 s; above zero, at most <see cref="Timeout"/>.</summary>
    public TimeSpan RoomTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many loads may wait for room at once on a silo; further ones are refused. Default: 256; above zero.</summary>
    public int MaxWaiting { get; set; } = 256;

    /// <summary>
    /// How long a load waits for an idle model before the least recently used one is closed to new requests although it is in use.
    /// Smaller shares a full silo more evenly, larger loads less often. Default: 250 ms; not negative, at most a day.
    /// </summary>
    public TimeSpan DrainPatience { get; set; } = TimeSpan.FromMilliseconds(250);
}
