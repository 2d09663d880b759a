using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>
/// Compares what a request got of a run with others with what it gets alone. Sums may be added up in another order, so fractions may differ by a
/// hundred thousandth, and those of 16 bits by a thousandth or by what they can tell apart; all else has to be the same.
/// </summary>
internal static class RowComparison
{
    private const double Tolerance = 1e-5;
    private const double HalfTolerance = 1e-3;

    // They have eight bits.
    private const double BrainTolerance = 1.0 / 128;

    /// <summary>Whether two answers are the same.</summary>
    public static bool AreEqual(ImmutableArray<ModelValue> alone, ImmutableArray<ModelValue> together)
    {
        if (alone.Length != together.Length)
        {
            return false;
        }

        for (var i = 0; i < alone.Length; i++)
        {
            if (alone[i] is not Tensor a || together[i] is not Tensor b || a.Type != b.Type
                || !a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan()) || !AreEqual(a, b))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(Tensor a, Tensor b) => a.Type switch
    {
        TensorType.Float16 => AreClose<Half>(a, b, static value => (double)value, HalfTolerance),
        TensorType.BFloat16 => AreClose<ushort>(a, b, static value => BitConverter.UInt32BitsToSingle((uint)value << 16), BrainTolerance),
        TensorType.Float32 => AreClose<float>(a, b, static value => value, Tolerance),
        TensorType.Float64 => AreClose<double>(a, b, static value => value, Tolerance),
        _ => a.Data.Span.SequenceEqual(b.Data.Span),
    };

    private static bool AreClose<T>(Tensor a, Tensor b, Func<T, double> toDouble, double tolerance)
        where T : unmanaged
    {
        var expected = MemoryMarshal.Cast<byte, T>(a.Data.Span);
        var actual = MemoryMarshal.Cast<byte, T>(b.Data.Span);
        for (var i = 0; i < expected.Length; i++)
        {
            var (x, y) = (toDouble(expected[i]), toDouble(actual[i]));
            if (!x.Equals(y) && !(Math.Abs(x - y) <= tolerance * Math.Max(1, Math.Abs(y))))
            {
                return false;
            }
        }

        return true;
    }
}
