using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>Writes the reports as a table.</summary>
internal static class PhaseTable
{
    public static string Write(IEnumerable<PhaseReport> reports)
    {
        var table = new StringBuilder()
            .AppendLine("| Phase | requests | failures | wrong answers | p99 | cold | recovered after | reserved = resident | |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var report in reports)
        {
            table.AppendLine(Row(report));
        }

        return table.ToString();
    }

    private static string Row(PhaseReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {report.Name} | {report.Requests} | {report.Failures} | {report.Wrong} | {report.P99.TotalMilliseconds:0} ms | {report.Cold} | {report.Recovered.TotalSeconds:0.0} s | {report.Reserved} = {report.Resident} | {(report.Broken.Count == 0 ? report.Note is "" ? "kept" : $"kept; {report.Note}" : $"BROKEN: {string.Join(" ", report.Broken)}")} |");
}
