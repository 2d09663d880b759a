using System.Buffers;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>A part of an answer whose length has to be known before it is sent, in pooled memory that is charged as it grows.</summary>
/// <param name="account">What it is charged to.</param>
internal sealed class ChargedBuffer(BytesInFlight.Account account) : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 1 << 10;

    private byte[] _buffer = [];
    private int _count;

    /// <summary>What has been written; valid until disposal.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _count);

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var least = Math.Max(sizeHint, 1);
        if (_buffer.Length - _count < least)
        {
            Grow(least);
        }

        return _buffer.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        Return();
        (_buffer, _count) = ([], 0);
    }

    // Both are there while one is copied. An answer that is there already is not refused for its length.
    private void Grow(int least)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(FirstBytes, Math.Max(_count + (long)least, _buffer.Length * 2L)), Array.MaxLength));
        account.ChargeAnyway(larger.Length);
        Written.CopyTo(larger);
        Return();
        _buffer = larger;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            account.Release(_buffer.Length);
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
