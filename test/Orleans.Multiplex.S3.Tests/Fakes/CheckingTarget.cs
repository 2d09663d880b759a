using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Keeps nothing of a file; says whether what comes is what it should be.</summary>
internal sealed class CheckingTarget(byte[]? expected) : IFetchTarget
{
    private readonly Lock _lock = new();
    private long _count;
    private Task? _action;

    /// <summary>Done once, when so many bytes have come; each write from then on waits until it is done.</summary>
    public (long After, Func<Task> Action) Then { get; init; } = (long.MaxValue, () => Task.CompletedTask);

    public long Count => Interlocked.Read(ref _count);

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (expected is not null && !bytes.Span.SequenceEqual(expected.AsSpan((int)offset, bytes.Length)))
        {
            throw new InvalidDataException($"The bytes at {offset} are others.");
        }

        if (Interlocked.Add(ref _count, bytes.Length) >= Then.After)
        {
            await BeginAction();
        }
    }

    private Task BeginAction()
    {
        lock (_lock)
        {
            return _action ??= Then.Action();
        }
    }
}
