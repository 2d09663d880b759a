using System.Globalization;

namespace Orleans.Multiplex.Testing.Clusters;

/// <summary>A model that only takes its time.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Opening">How long it takes to open.</param>
/// <param name="Run">How long a run takes.</param>
public sealed record TimedModel(string Id, TimeSpan Opening, TimeSpan Run)
{
    /// <summary>What a file says of it.</summary>
    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{Opening.TotalMilliseconds} {Run.TotalMilliseconds}");

    /// <summary>Reads that.</summary>
    public static TimedModel Read(string id, string text) => text.Split(' ') is [var opening, var run]
        ? new TimedModel(id, ReadTime(opening), ReadTime(run))
        : throw new FormatException($"'{text}' does not say how long a model takes.");

    private static TimeSpan ReadTime(string text) => TimeSpan.FromMilliseconds(double.Parse(text, CultureInfo.InvariantCulture));
}
