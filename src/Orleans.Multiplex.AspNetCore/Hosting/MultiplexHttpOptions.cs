namespace Orleans.Multiplex.AspNetCore;

/// <summary>Settings of the HTTP and gRPC endpoints; section <c>Multiplex</c>.</summary>
public sealed class MultiplexHttpOptions
{
    /// <summary>
    /// The most bytes that a request's body may have, inflated where it comes compressed, and the most that its tensors may take once read;
    /// over gRPC the most that an answer may have, too. More is answered with 413, over gRPC with RESOURCE_EXHAUSTED.
    /// Default: 64 MiB, as much as the SDK sends in one call; above zero, at most 1 GiB.
    /// </summary>
    public ByteSize MaxRequestBytes { get; set; } = new(64L << 20);

    /// <summary>
    /// The most bytes that the requests in flight may take together: bodies while they are read, tensors until the answer is written.
    /// More is answered with 429, over gRPC with RESOURCE_EXHAUSTED. Default: 256 MiB, which is the two largest requests side by side, or some thousand usual ones, in a
    /// process that needs its memory for models. At least twice <see cref="MaxRequestBytes"/>, so that the largest request passes alone.
    /// </summary>
    public ByteSize MaxBytesInFlight { get; set; } = new(256L << 20);

    /// <summary>
    /// Whether this process says that it is ready only when all pinned models are resident somewhere, and all that silos load at their start
    /// (<c>Multiplex:Copies:{model}:MinCopies</c>) have been. That holds once: one that is loaded again later, as after the death of its
    /// silo, makes nobody unready. Default: false.
    /// </summary>
    public bool ReadyWhenPreloaded { get; set; }
}
