using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Keeps nothing of a file; says whether what comes is what it should be.</summary>
internal sealed class CheckingTarget(byte[]? expected) : IFetchTarget
{
    private long _count;
    private int _once;

    /// <summary>Done once, by the first write after so many bytes have come.</summary>
    public (long After, Func<Task> Action) Then { get; init; } = (long.MaxValue, () => Task.CompletedTask);

    public long Count => Interlocked.Read(ref _count);

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (expected is not null && !bytes.Span.SequenceEqual(expected.AsSpan((int)offset, bytes.Length)))
        {
            throw new InvalidDataException($"The bytes at {offset} are others.");
        }

        if (Interlocked.Add(ref _count, bytes.Length) >= Then.After && Interlocked.Exchange(ref _once, 1) == 0)
        {
            await Then.Action();
        }
    }
}
