using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

public sealed class TensorTests
{
    [Fact]
    public void Create_Values_AreReadBack()
    {
        var tensor = Tensor.Create("x", [1f, 2, 3, 4, 5, 6], 2, 3);

        Assert.Equal(("x", TensorType.Float32, 6L, 24), (tensor.Name, tensor.Type, tensor.Length, tensor.Data.Length));
        Assert.Equal([2L, 3], tensor.Shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], tensor.ToArray<float>());
        Assert.Equal([3L], Tensor.Create("x", [1L, 2, 3]).Shape);
    }

    [Fact]
    public void Create_ValuesChangedAfterwards_AreNotSeen()
    {
        int[] values = [1, 2];
        var tensor = Tensor.Create("x", values);

        values[0] = 9;

        Assert.Equal([1, 2], tensor.ToArray<int>());
    }

    [Fact]
    public void CreateScalar_HasOneElementAndNoDimension()
    {
        var tensor = Tensor.CreateScalar("x", 7.5);

        Assert.Empty(tensor.Shape);
        Assert.Equal((1L, 7.5), (tensor.Length, tensor.AsSpan<double>()[0]));
    }

    [Fact]
    public void Create_ADimensionIsZero_HasNoElements()
    {
        var tensor = new Tensor("x", TensorType.Int64, [2, 0, 3], ReadOnlyMemory<byte>.Empty);

        Assert.Equal(0, tensor.Length);
        Assert.Empty(tensor.ToArray<long>());
        Assert.Empty(Tensor.Create("x", Array.Empty<string>()).ToStringArray());
    }

    [Theory]
    [InlineData(TensorType.Bool, 3)]
    [InlineData(TensorType.BFloat16, 6)]
    [InlineData(TensorType.Complex128, 48)]
    [InlineData(TensorType.Int4, 2)]
    [InlineData(TensorType.UInt4, 2)]
    public void New_ThreeElements_TakeTheirBytesAndNoOtherNumber(TensorType type, int bytes)
    {
        Assert.Equal(3, new Tensor("x", type, [3], new byte[bytes]).Length);
        Assert.Throws<ArgumentException>(() => new Tensor("x", type, [3], new byte[bytes - 1]));
        var error = Assert.Throws<ArgumentException>(() => new Tensor("x", type, [3], new byte[bytes + 1]));
        Assert.Contains($"3 elements of type {type.GetProtocolName()} take {bytes} bytes, not {bytes + 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_FaultyArguments_AreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => new Tensor(null!, TensorType.Int8, [1], new byte[1]));
        Assert.Throws<ArgumentNullException>(() => new Tensor("x", TensorType.Int8, default, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Tensor("x", TensorType.Int8, [-1], ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ArgumentException>(() => new Tensor("x", (TensorType)99, [1], new byte[1]));
    }

    [Theory]
    [InlineData(TensorType.Int8, long.MaxValue, 2)]
    [InlineData(TensorType.Int64, long.MaxValue, 1)]
    [InlineData(TensorType.String, long.MaxValue, 1)]
    [InlineData(TensorType.Int4, long.MaxValue, 1)]
    public void New_ShapeOverflows_IsAFaultAndNoCrash(TensorType type, long first, long second) =>
        Assert.Throws<ArgumentException>(() => new Tensor("x", type, [first, second], ReadOnlyMemory<byte>.Empty));

    [Fact]
    public void Create_Text_IsLengthThenBytesForEachElement()
    {
        var tensor = Tensor.Create("x", ["a", "", "ü"], 3, 1);

        Assert.Equal([1, 0, 0, 0, (byte)'a', 0, 0, 0, 0, 2, 0, 0, 0, 0xC3, 0xBC], tensor.Data.ToArray());
        Assert.Equal(["a", "", "ü"], tensor.ToStringArray());
        Assert.Equal([1, 0, 2], tensor.EnumerateBytes().Select(bytes => bytes.Length));
    }

    [Fact]
    public void Create_AnyText_IsReadBack() => Gen.String[Gen.Char['\u0020', '\u2FFF'], 0, 20].Array[0, 20].Sample(values =>
        Assert.Equal(values, Tensor.Create("x", values).ToStringArray()));

    [Theory]
    [InlineData(new byte[] { 1, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 65 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 65 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[0])]
    public void New_TextNotEncodedAsItMustBe_IsRefused(byte[] data) =>
        Assert.Throws<ArgumentException>(() => new Tensor("x", TensorType.String, [1], data));

    public static TheoryData<Tensor, Array> OfEveryType => new()
    {
        { Tensor.Wrap<bool>("x", new[] { true, false, true }), new[] { true, false, true } },
        { Tensor.Wrap<byte>("x", new byte[] { 1, 2, 255 }), new byte[] { 1, 2, 255 } },
        { Tensor.Wrap<short>("x", new short[] { -1, 2, 3 }), new short[] { -1, 2, 3 } },
        { Tensor.Wrap<ushort>("x", new ushort[] { 1, 65535, 3 }), new ushort[] { 1, 65535, 3 } },
        { Tensor.Wrap<Half>("x", new Half[] { (Half)0.5f, Half.MaxValue, Half.Zero }), new Half[] { (Half)0.5f, Half.MaxValue, Half.Zero } },
        { Tensor.Wrap<float>("x", new[] { 1.5f, -2, 3 }), new[] { 1.5f, -2, 3 } },
        { Tensor.Wrap<ulong>("x", new ulong[] { 1, ulong.MaxValue, 3 }), new ulong[] { 1, ulong.MaxValue, 3 } },
        { Tensor.Wrap<Complex>("x", new Complex[] { new(1, 2), new(3, 4), new(5, 6) }), new Complex[] { new(1, 2), new(3, 4), new(5, 6) } },
    };

    [Theory]
    [MemberData(nameof(OfEveryType), DisableDiscoveryEnumeration = true)]
    public void Wrap_MemoryOfAnyType_IsReadBackInEveryWayAlsoAfterAMessage(Tensor tensor, Array values)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var received = serializer.Deserialize<Tensor>(serializer.SerializeToArray(tensor));

        Check<bool>();
        Check<byte>();
        Check<short>();
        Check<ushort>();
        Check<Half>();
        Check<float>();
        Check<ulong>();
        Check<Complex>();

        void Check<T>()
            where T : unmanaged
        {
            if (values!.GetType() != typeof(T[]))
                return;

            var expected = (T[])values;
            Assert.Equal((TensorTypes.Of<T>(), 3L), (tensor!.Type, tensor.Length));
            Assert.Equal(MemoryMarshal.AsBytes<T>(expected), tensor.Data.Span);
            foreach (var one in new[] { tensor, received!, Tensor.Create("x", new ReadOnlyMemory<T>(expected)) })
            {
                Assert.Equal(expected, one.AsMemory<T>().ToArray());
                Assert.Equal(expected[1..2], one.AsMemory<T>().Slice(1, 1).ToArray());
                Assert.Equal(expected, one.AsSpan<T>().ToArray());
            }
        }
    }

    [Fact]
    public void Wrap_AndAsMemory_CopyNothing()
    {
        var values = new double[] { 0, 1, 2, 3 };
        var tensor = Tensor.Wrap<double>("x", values.AsMemory(1, 3), 3, 1);

        Assert.Equal([3L, 1], tensor.Shape);
        Assert.True(tensor.AsSpan<double>().Overlaps(values, out var offset) && offset == -1);
        Assert.True(tensor.AsMemory<double>().Span.Overlaps(values));
        var bytes = Tensor.Create("x", [1L, 2]);
        Assert.True(MemoryMarshal.AsBytes(bytes.AsMemory<long>().Span).Overlaps(bytes.Data.Span));
        Assert.Throws<ArgumentException>(() => Tensor.Wrap<double>("x", values, 5));
    }

    [Fact]
    public unsafe void AsMemory_Pinned_PointsAtTheElementAndEveryHandleEnds()
    {
        var tensor = Tensor.Wrap<int>("x", new[] { 1, 2, 3 });
        using var whole = tensor.AsMemory<int>().Pin();
        using var third = tensor.AsMemory<int>()[2..].Pin();
        using var inside = tensor.Data[5..].Pin();

        Assert.Equal((1, 3), (*(int*)whole.Pointer, *(int*)third.Pointer));
        Assert.Equal(5, (byte*)inside.Pointer - (byte*)whole.Pointer);
    }

    [Fact]
    public void AsMemory_Pinned_IsLetGoWithItsHandle()
    {
        var pins = new CountedPins();
        var tensor = new Tensor("x", TensorType.Int32, [1], pins.Memory);

        var (one, two) = (tensor.AsMemory<int>().Pin(), tensor.AsMemory<int>().Pin());
        Assert.Equal(2, pins.Count);
        one.Dispose();
        two.Dispose();

        Assert.Equal(0, pins.Count);
    }

    [Fact]
    public void AsSpan_OfAnotherType_NamesBoth()
    {
        var tensor = Tensor.Create("x", [1f]);

        Assert.Contains("FP32, not INT32", Assert.Throws<InvalidOperationException>(() => tensor.ToArray<int>()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tensor.AsMemory<int>());
        Assert.Throws<InvalidOperationException>(tensor.ToStringArray);
        Assert.Throws<NotSupportedException>(() => tensor.ToArray<DateTime>());
    }

    [Fact]
    public void ProtocolNames_EveryType_IsReadBack()
    {
        foreach (var type in Enum.GetValues<TensorType>())
        {
            Assert.True(TensorTypes.TryParseProtocolName(type.GetProtocolName(), out var back));
            Assert.Equal(type, back);
        }

        Assert.False(TensorTypes.TryParseProtocolName("fp32", out _));
    }

    [Fact]
    public void Map_KeysAndValuesDiffer_IsRefused()
    {
        var keys = Tensor.Create("", ["a", "b"]);

        Assert.Equal(2, new ValueMap("m", keys, Tensor.Create("", [1f, 2])).Values.Length);
        Assert.Throws<ArgumentException>(() => new ValueMap("m", keys, Tensor.Create("", [1f])));
        Assert.Throws<ArgumentException>(() => new ValueMap("m", Tensor.CreateScalar("", 1L), Tensor.CreateScalar("", 1f)));
        Assert.Throws<ArgumentNullException>(() => new ValueSequence("s", default(ImmutableArray<ModelValue>)));
    }

    private sealed unsafe class CountedPins : MemoryManager<byte>
    {
        private readonly byte[] _bytes = new byte[4];

        public int Count { get; private set; }

        public override Span<byte> GetSpan() => _bytes;

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            Count++;
            return new MemoryHandle(null, pinnable: this);
        }

        public override void Unpin() => Count--;

        protected override void Dispose(bool disposing)
        {
        }
    }
}
