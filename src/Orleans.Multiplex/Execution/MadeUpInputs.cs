using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// Makes up inputs for a model of which nothing is known but what it declares. The same seed gives the same inputs. Integers are small, since
/// many models look something up by them; text is of digits, which some models read as numbers.
/// </summary>
internal static class MadeUpInputs
{
    // What all inputs together may have: enough for a batch of pictures.
    private const long MaxElements = 4 << 20;
    private const int SequenceLength = 2;

    /// <summary>What dimensions of any size become, in the order in which they are tried: few models need large ones.</summary>
    public static ImmutableArray<int> Sizes { get; } = [2, 1, 3, 8, 32, 64];

    /// <summary>Makes up the inputs of one run; null when that cannot be done, or they would be too large.</summary>
    /// <param name="signature">What the model declares.</param>
    /// <param name="size">What a dimension of any size becomes.</param>
    /// <param name="withOptional">Whether inputs are given that may be left out.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="rows">What a first dimension of any size becomes; null for the same as others.</param>
    public static ImmutableArray<ModelValue>? Create(ModelSignature signature, int size, bool withOptional, int seed, int? rows = null)
    {
#pragma warning disable CA5394 // They are to be the same in each run.
        var random = new Random(seed);
#pragma warning restore CA5394
        var values = ImmutableArray.CreateBuilder<ModelValue>();
        var elements = 0L;
        foreach (var input in signature.Inputs.Where(input => withOptional || !input.IsOptional))
        {
            var shape = input.Shape.IsDefault ? [rows ?? size] : FillIn(input.Shape, size, rows ?? size);
            elements += CountElements(shape);
            if (elements > MaxElements || Create(input, shape, size, random) is not { } value)
            {
                return null;
            }

            values.Add(value);
        }

        return values.ToImmutable();
    }

    private static ImmutableArray<long> FillIn(ImmutableArray<long> shape, int size, int rows) =>
        [.. shape.Select((dimension, i) => dimension >= 0 ? dimension : i == 0 ? rows : size)];

    private static ModelValue? Create(ValueSpec input, ImmutableArray<long> shape, int size, Random random) => (input.Kind, input.Type, input.KeyType) switch
    {
        (ValueKind.Tensor, { } type, _) => CreateTensor(input.Name, type, shape, random),
        (ValueKind.SequenceOfTensors, { } type, _) => new ValueSequence(
            input.Name, [.. Enumerable.Range(0, SequenceLength).Select(_ => CreateTensor("", type, shape, random))]),
        (ValueKind.Map, { } type, { } keys) => CreateMap(input.Name, keys, type, size, random),
        (ValueKind.SequenceOfMaps, { } type, { } keys) => new ValueSequence(
            input.Name, [.. Enumerable.Range(0, SequenceLength).Select(_ => CreateMap("", keys, type, size, random))]),
        _ => null,
    };

    private static ValueMap CreateMap(string name, TensorType keys, TensorType values, int size, Random random) => new(
        name,
        keys == TensorType.String
            ? Tensor.Create("", [.. Enumerable.Range(0, size).Select(DigitsOf)])
            : new Tensor("", keys, [size], Fill(keys, size, static (_, i) => i, random)),
        CreateTensor("", values, [size], random));

    private static Tensor CreateTensor(string name, TensorType type, ImmutableArray<long> shape, Random random)
    {
        var count = (int)CountElements(shape);
        return type == TensorType.String
            ? new Tensor(name, type, shape, Tensor.Create("", [.. Enumerable.Range(0, count).Select(_ => DigitsOf(Draw(random, 10)))]).Data)
            : new Tensor(name, type, shape, Fill(type, count, static (random, _) => Draw(random, 2), random));
    }

    private static byte[] Fill(TensorType type, int count, Func<Random, int, int> integer, Random random)
    {
        var bytes = new byte[type.GetByteLength(count)];
        var width = Math.Max(type.GetElementBits() / 8, 1);

        // Of elements of four bits, two are one.
        for (var i = 0; i < bytes.Length / width; i++)
        {
            var element = bytes.AsSpan(i * width, width);
            switch (type)
            {
                case TensorType.Float16:
                    BinaryPrimitives.WriteHalfLittleEndian(element, (Half)DrawFraction(random));
                    break;
                case TensorType.BFloat16:
                    BinaryPrimitives.WriteUInt16LittleEndian(element, (ushort)(BitConverter.SingleToUInt32Bits(DrawFraction(random)) >> 16));
                    break;
                case TensorType.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(element, DrawFraction(random));
                    break;
                case TensorType.Float64:
                    BinaryPrimitives.WriteDoubleLittleEndian(element, DrawFraction(random));
                    break;
                default:
                    // Of a small number, the first byte is the number in each of the other types.
                    element[0] = (byte)integer(random, i);
                    break;
            }
        }

        return bytes;
    }

    private static long CountElements(ImmutableArray<long> shape) =>
        (long)Int128.Min(shape.Aggregate((Int128)1, (product, dimension) => Int128.Min(product * dimension, MaxElements + 1)), MaxElements + 1);

    private static string DigitsOf(int number) => number.ToString(CultureInfo.InvariantCulture);

#pragma warning disable CA5394 // They are to be the same in each run.
    private static int Draw(Random random, int limit) => random.Next(limit);

    private static float DrawFraction(Random random) => (random.NextSingle() * 2) - 1;
#pragma warning restore CA5394
}
