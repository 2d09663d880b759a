namespace Orleans.Multiplex;

/// <summary>How often something was done, and how long it took all together.</summary>
/// <param name="Count">How often.</param>
/// <param name="Nanoseconds">How long, in nanoseconds, of which 100 are the smallest step.</param>
[GenerateSerializer, Immutable, Alias("multiplex.CountedTime")]
public readonly record struct CountedTime(long Count, long Nanoseconds)
{
    /// <summary>The sum of two.</summary>
    public static CountedTime operator +(CountedTime left, CountedTime right) => left.Add(right);

    /// <summary>The sum of this and another.</summary>
    public CountedTime Add(CountedTime other) => new(Count + other.Count, Nanoseconds + other.Nanoseconds);

    internal CountedTime Add(TimeSpan once) => new(Count + 1, Nanoseconds + (once.Ticks * TimeSpan.NanosecondsPerTick));
}
