using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>How what was measured is said.</summary>
internal static class Figures
{
    public static string NameOf(Wire wire) => wire switch
    {
        Wire.Binary => "binary",
        Wire.Json => "JSON",
        Wire.Grpc => "gRPC",
        _ => throw new ArgumentOutOfRangeException(nameof(wire)),
    };

    /// <summary>The letter by which the table calls it.</summary>
    public static string LetterOf(ServerKind kind) => kind switch
    {
        ServerKind.Bare or ServerKind.BareBounded => "(a)",
        ServerKind.Gateway or ServerKind.Watched or ServerKind.WatchedTwice or ServerKind.Unwatched or ServerKind.UnwatchedToo => "(b)",
        _ => "(c)",
    };

    /// <summary>Requests a second and processor time of one side beside another.</summary>
    public static string Compare(IReadOnlyList<Measurement> ours, IReadOnlyList<Measurement> theirs, Spread ratio)
    {
        var cpu = Spread.Of(ours.Zip(theirs, static (our, their) => our.CpuMicroseconds / their.CpuMicroseconds));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ratio}: {Rate(ours):#,0}/s vs {Rate(theirs):#,0}/s; processor time {Cpu(ours):#,0} µs vs {Cpu(theirs):#,0} µs = {cpu}");
    }

    /// <summary>How many were answered otherwise than with what was asked for, or not at all; empty where none was.</summary>
    public static string NotRight(IEnumerable<Measurement> measurements)
    {
        var results = measurements.Select(static measurement => measurement.Result).ToList();
        var others = results.Sum(static result => result.Answers - result.Right);
        var none = results.Sum(static result => result.Unanswered);
        var all = results.Sum(static result => result.Answers) + none;
        return (others == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {others} of {all} answered with {Statuses(results)}"))
            + (none == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {none} of {all} not answered"));
    }

    public static double Rate(IEnumerable<Measurement> measurements) => Spread.Of(measurements.Select(static measurement => measurement.PerSecond)).Median;

    private static double Cpu(IEnumerable<Measurement> measurements) => Spread.Of(measurements.Select(static measurement => measurement.CpuMicroseconds)).Median;

    private static string Statuses(IEnumerable<LoadGenerator.LoadResult> results) =>
        string.Join(", ", results.SelectMany(static result => result.Statuses.Keys).Where(static status => status is not "200" and not "grpc 0").Distinct());
}
