using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.ObjectPool;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// Memory for the inputs of requests, used again and again: fresh memory for each would be in no cache of the processor, and collecting it would take a part of
/// all processors. Small inputs are not worth it, and large ones would keep too much.
/// </summary>
/// <param name="onReturned">Is told of memory that is given back, before anyone gets it again; null for nobody.</param>
internal sealed class InputPool(Action<Memory<byte>>? onReturned = null)
{
    /// <summary>The fewest bytes of an input that gets such memory.</summary>
    public const int LeastBytes = 4 << 10;

    /// <summary>The most bytes of an input that gets such memory.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>Where inputs begin: what the widest instructions like best.</summary>
    private const int Alignment = 64;

    // Of each size, a power of two, so much is kept.
    private const int KeptBytes = 4 << 20;

    private static readonly int FirstPower = BitOperations.Log2(LeastBytes);

    private readonly ObjectPool<byte[]>[] _bySize =
    [
        .. Enumerable.Range(FirstPower, BitOperations.Log2(MostBytes) - FirstPower + 1)
            .Select(static power => new DefaultObjectPool<byte[]>(new Policy(1 << power), Math.Max(1, KeptBytes >> power))),
    ];

    /// <summary>The bytes that are taken for an input of so many.</summary>
    public static int Round(int bytes) => IsPooled(bytes) ? (int)BitOperations.RoundUpToPowerOf2((uint)bytes) : bytes;

    /// <summary>Memory for an input, with what was in it before.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="block">What to give back; null where nothing is.</param>
    public Memory<byte> Rent(int bytes, out byte[]? block)
    {
        if (!IsPooled(bytes))
        {
            block = null;
            return GC.AllocateUninitializedArray<byte>(bytes);
        }

        block = _bySize[IndexOf(bytes)].Get();
        return Place(block).Slice(0, bytes);
    }

    /// <summary>Gives memory back that nobody reads any more.</summary>
    public void Return(byte[] block)
    {
        onReturned?.Invoke(Place(block));
        _bySize[IndexOf(block.Length - Alignment)].Return(block);
    }

    private static bool IsPooled(int bytes) => bytes is >= LeastBytes and <= MostBytes;

    private static int IndexOf(int bytes) => BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)bytes)) - FirstPower;

    // It is pinned, and so stays where it is.
    private static Memory<byte> Place(byte[] block)
    {
        var beyond = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(block, 0) % Alignment);
        return block.AsMemory(beyond == 0 ? 0 : Alignment - beyond, block.Length - Alignment);
    }

    private sealed class Policy(int bytes) : PooledObjectPolicy<byte[]>
    {
        public override byte[] Create() => GC.AllocateUninitializedArray<byte>(bytes + Alignment, pinned: true);

        public override bool Return(byte[] obj) => true;
    }
}
