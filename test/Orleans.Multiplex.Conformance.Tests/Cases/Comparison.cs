using System.Globalization;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Conformance.Tests.Cases;

/// <summary>Compares values: numbers with a fraction nearly, all others exactly; NaN equals NaN.</summary>
internal static class Comparison
{
    private const double Relative = 1e-3;
    private const double Absolute = 1e-5;

    /// <summary>Where two lists of values differ; null when they are equal.</summary>
    public static string? FindDifference(IReadOnlyList<ModelValue?> expected, IReadOnlyList<ModelValue?> actual)
    {
        if (expected.Count != actual.Count)
        {
            return $"{actual.Count} values instead of {expected.Count}";
        }

        for (var i = 0; i < expected.Count; i++)
        {
            if (FindDifference(expected[i], actual[i]) is { } difference)
            {
                return $"value {i} ('{expected[i]?.Name}'): {difference}";
            }
        }

        return null;
    }

    private static string? FindDifference(ModelValue? expected, ModelValue? actual) => (expected, actual) switch
    {
        (null, null) => null,
        (Tensor a, Tensor b) => FindDifference(a, b),
        (ValueSequence a, ValueSequence b) => FindDifference(a.Elements, b.Elements),
        (ValueMap a, ValueMap b) => FindDifference(a.Keys, b.Keys) ?? FindDifference(a.Values, b.Values),
        _ => $"{Describe(actual)} instead of {Describe(expected)}",
    };

    private static string? FindDifference(Tensor expected, Tensor actual)
    {
        if (expected.Type != actual.Type || !expected.Shape.SequenceEqual(actual.Shape))
        {
            return $"{Describe(actual)} instead of {Describe(expected)}";
        }

        if (!Fractions.Has(expected.Type))
        {
            return expected.Data.Span.SequenceEqual(actual.Data.Span) ? null : "its elements differ";
        }

        return Fractions.Of(expected).Zip(Fractions.Of(actual))
            .Select((pair, i) => IsNear(pair.First, pair.Second) ? null : Describe(i, pair.First, pair.Second))
            .FirstOrDefault(difference => difference is not null);
    }

    private static bool IsNear(double expected, double actual) =>
        expected.Equals(actual) || Math.Abs(expected - actual) <= Absolute + (Relative * Math.Abs(expected));

    private static string Describe(int index, double expected, double actual) =>
        string.Create(CultureInfo.InvariantCulture, $"element {index} is {actual} instead of {expected}");

    private static string Describe(ModelValue? value) => value switch
    {
        null => "nothing",
        Tensor tensor => $"{tensor.Type} [{string.Join(',', tensor.Shape)}]",
        _ => $"a {value.GetType().Name}",
    };
}

/// <summary>The numbers in tensors whose types have fractions; a complex number counts as two.</summary>
internal static class Fractions
{
    public static bool Has(TensorType type) => type is TensorType.Float16 or TensorType.BFloat16 or TensorType.Float32 or TensorType.Float64
        or TensorType.Complex64 or TensorType.Complex128;

    public static double[] Of(Tensor tensor) => tensor.Type switch
    {
        TensorType.Float16 => Read<Half>(tensor, value => (double)value),
        TensorType.BFloat16 => Read<ushort>(tensor, value => BitConverter.UInt32BitsToSingle((uint)value << 16)),
        TensorType.Float32 or TensorType.Complex64 => Read<float>(tensor, value => value),
        TensorType.Float64 or TensorType.Complex128 => Read<double>(tensor, value => value),
        _ => [],
    };

    private static double[] Read<T>(Tensor tensor, Converter<T, double> toDouble)
        where T : unmanaged => Array.ConvertAll(MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray(), toDouble);
}
