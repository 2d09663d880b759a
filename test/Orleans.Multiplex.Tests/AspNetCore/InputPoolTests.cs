using System.Runtime.InteropServices;
using Orleans.Multiplex.AspNetCore.Bodies;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class InputPoolTests
{
    private readonly List<int> _returned = [];
    private readonly InputPool _pool;

    public InputPoolTests() => _pool = new InputPool(memory => _returned.Add(memory.Length));

    [Theory]
    [InlineData(InputPool.LeastBytes)]
    [InlineData(49_152)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(InputPool.MostBytes)]
    public void Rent_InBounds_IsAsLongAsAskedAndBeginsWhereInstructionsLikeIt(int bytes)
    {
        for (var i = 0; i < 3; i++)
        {
            var memory = _pool.Rent(bytes, out var block);

            Assert.NotNull(block);
            Assert.Equal(bytes, memory.Length);
            using var pin = memory.Pin();
            Assert.True(MemoryMarshal.TryGetArray<byte>(memory, out var array));
            Assert.Equal(0, Marshal.UnsafeAddrOfPinnedArrayElement(array.Array!, array.Offset) % 64);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(InputPool.LeastBytes - 1)]
    [InlineData(InputPool.MostBytes + 1)]
    public void Rent_OutOfBounds_IsTheGarbageCollectors(int bytes)
    {
        Assert.Equal(bytes, _pool.Rent(bytes, out var block).Length);
        Assert.Null(block);
        Assert.Equal(bytes, InputPool.Round(bytes));
    }

    [Fact]
    public void Round_IsWhatAnInputTakes()
    {
        Assert.Equal(65_536, InputPool.Round(49_152));
        Assert.Equal(InputPool.LeastBytes, InputPool.Round(InputPool.LeastBytes));
    }

    [Fact]
    public void GiveBack_TheNextOfItsSizeHasIt_AndNobodyElse()
    {
        var first = new InputMemory(_pool);
        var (a, b) = (first.Rent(50_000), first.Rent(5_000));
        a.Span.Fill(1);
        b.Span.Fill(2);

        first.GiveBack();
        Assert.Empty(_returned);

        first.SetUnused();
        first.GiveBack();
        first.GiveBack();

        Assert.Equal([8_192, 65_536], _returned.Order());
        var second = new InputMemory(_pool);
        Assert.Equal(1, second.Rent(60_000).Span[0]);
        Assert.Equal(2, second.Rent(8_000).Span[0]);
        Assert.NotEqual(1, new InputMemory(_pool).Rent(60_000).Span[0]);
    }

    [Fact]
    public void Rent_NotGivenBack_IsNobodyElses()
    {
        var memory = new InputMemory(_pool).Rent(50_000);
        memory.Span.Fill(7);

        for (var i = 0; i < 100; i++)
        {
            new InputMemory(_pool).Rent(50_000).Span.Fill(9);
        }

        Assert.False(memory.Span.ContainsAnyExcept((byte)7));
    }
}
