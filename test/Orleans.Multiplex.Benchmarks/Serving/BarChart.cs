using System.Globalization;

namespace Orleans.Multiplex.Benchmarks.Serving;

/// <summary>Ratios as bars of text, each with a mark where it must reach.</summary>
internal sealed class BarChart
{
    private const double PerCharacter = 0.05;
    private const int MostCharacters = 80;

    private readonly List<(string Name, Spread Ratio, double? Least)> _bars = [];

    public void Add(string name, Spread ratio, double? least) => _bars.Add((name, ratio, least));

    public void Write()
    {
        if (_bars.Count == 0)
        {
            return;
        }

        var width = _bars.Max(static bar => bar.Name.Length);
        Console.WriteLine();
        Console.WriteLine("Requests per second beside the server written by hand: █ median, ▒ up to the best round, │ what must be reached.");
        Console.WriteLine();
        Console.WriteLine("```");
        foreach (var (name, ratio, least) in _bars)
        {
            var bar = new string('█', Round(ratio.Median)).PadRight(Round(ratio.Most), '▒').PadRight(Round(least ?? 0) + 1).ToCharArray();
            if (least is { } limit)
            {
                bar[Round(limit)] = '│';
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name.PadRight(width)} {ratio.Median:0.00} {new string(bar).TrimEnd()}"));
        }

        Console.WriteLine("```");
    }

    private static int Round(double ratio) => (int)Math.Clamp(Math.Round(ratio / PerCharacter), 0, MostCharacters);
}
