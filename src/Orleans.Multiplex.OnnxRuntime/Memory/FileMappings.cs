using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>How much of a model's files this process has mapped.</summary>
internal static class FileMappings
{
    /// <summary>The mapped bytes of what lies in the folder of a model's file; 0 where it is not told.</summary>
    public static long Measure(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var folder = $"{Path.GetDirectoryName(path)}{Path.DirectorySeparatorChar}";
        return File.ReadLines("/proc/self/maps", Encoding.UTF8).Where(line => line.Contains(folder, StringComparison.Ordinal)).Sum(MeasureLine);
    }

    /// <summary>The length of a mapping by a line of the list: <c>7f00-7f10 r--p …</c>.</summary>
    public static long MeasureLine(string line) =>
        line.IndexOf('-', StringComparison.Ordinal) is var dash and > 0
            && line.IndexOf(' ', StringComparison.Ordinal) is var space && space > dash
            && long.TryParse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(line.AsSpan((dash + 1)..space), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var to)
                ? to - from
                : 0;
}
