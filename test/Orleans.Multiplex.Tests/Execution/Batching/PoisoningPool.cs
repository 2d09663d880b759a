using System.Buffers;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>A pool that spoils what is given back, so that whoever still reads it is found out; and counts.</summary>
internal sealed class PoisoningPool : ArrayPool<byte>
{
    private const byte Poison = 0xDB;

    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public override byte[] Rent(int minimumLength)
    {
        Interlocked.Increment(ref _rented);
        return Shared.Rent(minimumLength);
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        Interlocked.Decrement(ref _rented);
        array.AsSpan().Fill(Poison);
        Shared.Return(array);
    }
}
