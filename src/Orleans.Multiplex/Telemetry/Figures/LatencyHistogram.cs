using System.Numerics;

namespace Orleans.Multiplex.Telemetry.Figures;

/// <summary>How many requests took how long, in classes of which each ends a fifth above the one before: 1 µs to a minute and more. Many may count at once.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Classes for each doubling.</summary>
    private const int PerOctave = 4;

    private const int Octaves = 26;

    public const int Classes = (Octaves * PerOctave) + 1;

    private readonly int[] _counts = new int[Classes];

    public void Add(TimeSpan time) => Interlocked.Increment(ref _counts[FindClass(time)]);

    /// <summary>The counts of all classes. They wrap around; only differences count.</summary>
    public int[] Read() => [.. _counts];

    /// <summary>The class of a time: linear between two powers of two.</summary>
    public static int FindClass(TimeSpan time)
    {
        var quarters = (ulong)Math.Max(0, time.Ticks) * PerOctave / TimeSpan.TicksPerMicrosecond;
        if (quarters < PerOctave)
        {
            return 0;
        }

        var octave = BitOperations.Log2(quarters / PerOctave);
        return Math.Min(Classes - 1, (octave * PerOctave) + (int)((quarters >> octave) - PerOctave) + 1);
    }

    /// <summary>The end of a class.</summary>
    public static TimeSpan GetEnd(int index)
    {
        var (octave, quarter) = Math.DivRem(Math.Max(0, index), PerOctave);
        return TimeSpan.FromMicroseconds((1L << octave) * (PerOctave + quarter) / (double)PerOctave);
    }

    /// <summary>The time within which a part of the requests were answered, to a fifth; null where there were none.</summary>
    /// <param name="counts">The counts of all classes.</param>
    /// <param name="part">The part, 0 to 1.</param>
    public static TimeSpan? FindQuantile(ReadOnlySpan<int> counts, double part)
    {
        long all = 0;
        foreach (var count in counts)
        {
            all += count;
        }

        var wanted = Math.Max(1, (long)Math.Ceiling(all * part));
        for (var i = 0; i < counts.Length; i++)
        {
            wanted -= counts[i];
            if (all > 0 && wanted <= 0)
            {
                return GetEnd(i);
            }
        }

        return null;
    }
}
