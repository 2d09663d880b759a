using System.Numerics;

namespace Orleans.Multiplex.LoadGenerator.Measuring;

/// <summary>Counts times in classes that are at most 1/128 wide, so that a quantile is right to less than a hundredth.</summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 7;
    private const int Steps = 1 << Bits;

    private readonly long[] _counts = new long[(64 - Bits) * Steps];
    private long _count;
    private long _longest;
    private double _sum;

    public void Add(TimeSpan time)
    {
        var nanoseconds = Math.Max(0, time.Ticks * TimeSpan.NanosecondsPerTick);
        _counts[IndexOf(nanoseconds)]++;
        _count++;
        _sum += nanoseconds;
        _longest = Math.Max(_longest, nanoseconds);
    }

    public LatencySummary Summarize() => _count == 0
        ? new()
        : new()
        {
            Count = _count,
            Mean = _sum / _count / 1e6,
            P50 = Quantile(0.5),
            P90 = Quantile(0.9),
            P99 = Quantile(0.99),
            P999 = Quantile(0.999),
            Max = _longest / 1e6,
        };

    private double Quantile(double part)
    {
        var left = (long)Math.Ceiling(part * _count);
        for (var i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0)
            {
                return Math.Min(_longest, UpperEnd(i)) / 1e6;
            }
        }

        return _longest / 1e6;
    }

    // Up to two times Steps each value has a class of its own; from there on each power of two has Steps classes.
    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value | 1) - Bits);
        return (int)(value >> shift) + (shift * Steps);
    }

    private static long UpperEnd(int index)
    {
        if (index < 2 * Steps)
        {
            return index;
        }

        var shift = (index / Steps) - 1;
        return ((index - (shift * (long)Steps) + 1) << shift) - 1;
    }
}
