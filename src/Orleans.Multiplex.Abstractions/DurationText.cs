using System.Globalization;

namespace Orleans.Multiplex;

/// <summary>A duration as people read it, in events, reasons and pages: a few digits, in the unit that suits it.</summary>
internal static class DurationText
{
    // A unit ends where rounding would show what the next one says better: nobody reads 1000 ms. Seconds, minutes and hours go on until there are two of the
    // next, or rounding would take away too much.
    public static string Of(TimeSpan time) => time switch
    {
        { TotalMicroseconds: < 999.5 } => Write(time.TotalMicroseconds, "0", "µs"),
        { TotalMilliseconds: < 9.995 } => Write(time.TotalMilliseconds, "0.##", "ms"),
        { TotalMilliseconds: < 999.5 } => Write(time.TotalMilliseconds, "0", "ms"),
        { TotalSeconds: < 119.95 } => Write(time.TotalSeconds, "0.#", "s"),
        { TotalMinutes: < 119.5 } => Write(time.TotalMinutes, "0", "min"),
        { TotalHours: < 47.5 } => Write(time.TotalHours, "0", "h"),
        _ => Write(time.TotalDays, "0", "d"),
    };

    private static string Write(double number, string format, string unit) => $"{number.ToString(format, CultureInfo.InvariantCulture)} {unit}";
}
