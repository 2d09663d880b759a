using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Takes a file into memory, and holds the store to its promise: each byte once.</summary>
internal sealed class MemoryTarget(long length) : IFetchTarget
{
    private readonly Lock _lock = new();
    private readonly byte[] _bytes = new byte[length];
    private readonly bool[] _isThere = new bool[length];
    private long _count;
    private int _writers;
    private int _once;

    /// <summary>Done once, by the first write after so many bytes are there.</summary>
    public (long After, Func<Task> Action) Then { get; init; } = (long.MaxValue, () => Task.CompletedTask);

    /// <summary>Done by each write.</summary>
    public Func<Task> Each { get; init; } = () => Task.CompletedTask;

    /// <summary>The most writes that there were at once.</summary>
    public int MostWriters { get; private set; }

    public byte[] Bytes => _count == length ? _bytes : throw new InvalidOperationException($"Only {_count} of {length} bytes came.");

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            MostWriters = Math.Max(MostWriters, ++_writers);
            var there = _isThere.AsSpan((int)offset, bytes.Length);
            Assert.False(there.Contains(true), $"Bytes at {offset} came twice.");
            there.Fill(true);
            bytes.Span.CopyTo(_bytes.AsSpan((int)offset));
            _count += bytes.Length;
        }

        await Each();
        if (_count >= Then.After && Interlocked.Exchange(ref _once, 1) == 0)
        {
            await Then.Action();
        }

        lock (_lock)
        {
            _writers--;
        }
    }
}
