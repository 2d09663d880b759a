using System.Globalization;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    public static string Ratio(double ratio) => ratio.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Number(double number) => number.ToString(number < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    public static string Microseconds(TimeSpan time) => $"{time.TotalMicroseconds.ToString("0.0", CultureInfo.InvariantCulture)} µs";
}
