using System.Globalization;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>Numbers, times and states as pages say them.</summary>
internal static class Words
{
    public static string Of(ResidentState state) => Split(state.ToString());

    public static string Of(ClusterEventKind kind) => Split(kind.ToString());

    /// <summary>A duration in the unit that suits it; a dash where there is none.</summary>
    public static string Of(TimeSpan? time) => time is { } known ? DurationText.Of(known) : "–";

    /// <summary>An amount of bytes.</summary>
    public static string OfBytes(long bytes) => $"{new ByteSize(bytes)}";

    /// <summary>A count.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How often something happens.</summary>
    public static string OfRate(double perSecond) => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.##}/s");

    /// <summary>A part of a whole; a dash where there is none.</summary>
    public static string OfPart(double? part) => part is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.#} %") : "–";

    private static string Split(string word) => string.Concat(word.Select(static (letter, at) => char.IsUpper(letter) ? (at == 0 ? "" : " ") + char.ToLowerInvariant(letter) : letter.ToString()));
}
