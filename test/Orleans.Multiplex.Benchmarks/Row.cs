using System.Globalization;

namespace Orleans.Multiplex.Benchmarks;

/// <summary>A line of the table of results.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Model">The model, its bytes, threads, and whether its file was in memory.</param>
/// <param name="Measured">The figures.</param>
/// <param name="Limit">What must be reached; empty for a line that only informs.</param>
/// <param name="IsReached">Whether it is.</param>
internal sealed record Row(string What, string Model, string Measured, string Limit, bool IsReached)
{
    public static void WriteHead()
    {
        Console.WriteLine("| what | model | measured | must reach | |");
        Console.WriteLine("|---|---|---|---|---|");
    }

    public void Write() =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {What} | {Model} | {Measured} | {Limit} | {(Limit.Length == 0 ? "" : IsReached ? "yes" : "**no**")} |"));
}
