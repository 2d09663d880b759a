using System.Globalization;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>
/// Compares what two forms of a model give. Sums are added up in another order, so fractions may differ a little, measured also by the
/// largest of their tensor; all else has to be the same.
/// </summary>
internal static class OutputComparison
{
    // Of what is allowed by a number itself, this part is allowed by the largest number of its tensor.
    private const double ShareOfLargest = 0.1;

    /// <summary>How values differ, as the end of a sentence; null when they are equal.</summary>
    public static string? FindDifference(IReadOnlyList<ModelValue> expected, IReadOnlyList<ModelValue> actual)
    {
        if (expected.Count != actual.Count)
        {
            return $"there are {actual.Count} values instead of {expected.Count}";
        }

        for (var i = 0; i < expected.Count; i++)
        {
            if (FindDifference(expected[i], actual[i]) is { } difference)
            {
                return $"{Wording.Quote(expected[i].Name)}: {difference}";
            }
        }

        return null;
    }

    private static string? FindDifference(ModelValue expected, ModelValue actual) => (expected, actual) switch
    {
        (Tensor a, Tensor b) => FindDifference(a, b),
        (ValueSequence a, ValueSequence b) => FindDifference(a.Elements, b.Elements),
        (ValueMap a, ValueMap b) => FindDifference(a.Keys, b.Keys) ?? FindDifference(a.Values, b.Values),
        _ => $"{Wording.Describe(actual)} instead of {Wording.Describe(expected)}",
    };

    private static string? FindDifference(Tensor expected, Tensor actual)
    {
        if (expected.Type != actual.Type || !expected.Shape.SequenceEqual(actual.Shape))
        {
            return $"{Wording.Describe(actual)} instead of {Wording.Describe(expected)}";
        }

        return expected.Data.Span.SequenceEqual(actual.Data.Span) ? null : expected.Type switch
        {
            TensorType.Float16 => Compare<Half>(expected, actual, static value => (double)value, 1e-2),
            TensorType.BFloat16 => Compare<ushort>(expected, actual, static value => BitConverter.UInt32BitsToSingle((uint)value << 16), 5e-2),
            TensorType.Float32 => Compare<float>(expected, actual, static value => value, 1e-3),
            TensorType.Float64 => Compare<double>(expected, actual, static value => value, 1e-6),
            _ => "its elements differ",
        };
    }

    private static string? Compare<T>(Tensor expected, Tensor actual, Func<T, double> toDouble, double tolerance)
        where T : unmanaged
    {
        var wanted = MemoryMarshal.Cast<byte, T>(expected.Data.Span);
        var got = MemoryMarshal.Cast<byte, T>(actual.Data.Span);
        var largest = 0.0;
        foreach (var value in wanted)
        {
            largest = toDouble(value) is var number && double.IsFinite(number) ? Math.Max(largest, Math.Abs(number)) : largest;
        }

        for (var i = 0; i < wanted.Length; i++)
        {
            var (a, b) = (toDouble(wanted[i]), toDouble(got[i]));
            if (!a.Equals(b) && !(double.IsFinite(a) && Math.Abs(a - b) <= tolerance * (Math.Abs(a) + (ShareOfLargest * largest))))
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {i} is {b} instead of {a}");
            }
        }

        return null;
    }
}
