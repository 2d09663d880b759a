namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>An answer as it lies in the connection's buffer, until the next one is read.</summary>
internal readonly ref struct Answer
{
    /// <summary>The status of gRPC where there is none.</summary>
    public const int NoRpc = -1;

    public int Status { get; init; }

    public int RpcStatus { get; init; }

    public bool HasRetryAfter { get; init; }

    public ReadOnlySpan<byte> Body { get; init; }

    public bool IsWell => Status == 200 && (RpcStatus is NoRpc or 0);
}
