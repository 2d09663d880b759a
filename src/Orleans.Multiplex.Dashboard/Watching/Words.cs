using System.Globalization;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>Numbers, times and states as pages say them.</summary>
internal static class Words
{
    public static string Of(ResidentState state) => Split(state.ToString());

    public static string Of(ClusterEventKind kind) => Split(kind.ToString());

    /// <summary>A duration in the unit that suits it; a dash where there is none.</summary>
    public static string Of(TimeSpan? time) => time switch
    {
        null => "–",
        { TotalMilliseconds: < 1 } tiny => Number(tiny.TotalMicroseconds, "0", "µs"),
        { TotalMilliseconds: < 10 } small => Number(small.TotalMilliseconds, "0.##", "ms"),
        { TotalSeconds: < 1 } part => Number(part.TotalMilliseconds, "0", "ms"),
        { TotalSeconds: < 100 } seconds => Number(seconds.TotalSeconds, "0.#", "s"),
        { TotalMinutes: < 100 } minutes => Number(minutes.TotalMinutes, "0", "min"),
        { TotalHours: < 48 } hours => Number(hours.TotalHours, "0", "h"),
        { } days => Number(days.TotalDays, "0", "d"),
    };

    /// <summary>An amount of bytes.</summary>
    public static string OfBytes(long bytes) => $"{new ByteSize(bytes)}";

    /// <summary>A count.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How often something happens.</summary>
    public static string OfRate(double perSecond) => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.##}/s");

    /// <summary>A part of a whole; a dash where there is none.</summary>
    public static string OfPart(double? part) => part is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.#} %") : "–";

    private static string Number(double number, string format, string unit) => $"{number.ToString(format, CultureInfo.InvariantCulture)} {unit}";

    private static string Split(string word) => string.Concat(word.Select(static (letter, at) => char.IsUpper(letter) ? (at == 0 ? "" : " ") + char.ToLowerInvariant(letter) : letter.ToString()));
}
