using System.Buffers;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex;

/// <summary>The same memory, read as elements of another type.</summary>
internal sealed class CastMemory<TFrom, TTo> : MemoryManager<TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
{
    private readonly Memory<TFrom> _memory;

    // Handed out as read-only memory alone.
    private CastMemory(ReadOnlyMemory<TFrom> memory) => _memory = MemoryMarshal.AsMemory(memory);

    public static ReadOnlyMemory<TTo> Cast(ReadOnlyMemory<TFrom> memory) => new CastMemory<TFrom, TTo>(memory).Memory;

    public override Span<TTo> GetSpan() => MemoryMarshal.Cast<TFrom, TTo>(_memory.Span);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)GetSpan().Length, nameof(elementIndex));
        var below = _memory.Pin();
        return new MemoryHandle((TTo*)below.Pointer + elementIndex, pinnable: new Pinned(below));
    }

    /// <summary>Does nothing: each handle lets go what it pinned.</summary>
    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Pinned(MemoryHandle below) : IPinnable
    {
        public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

        public void Unpin() => below.Dispose();
    }
}
