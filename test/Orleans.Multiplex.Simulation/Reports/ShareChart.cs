using System.Globalization;
using Orleans.Multiplex.Simulation.Serving;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>Bars: the share of a global LRU's hit ratio that each system reaches in each scenario. They begin where the differences do.</summary>
internal static class ShareChart
{
    private const double Floor = 0.9;
    private const double LeastShare = 0.98;
    private const int Left = 140;
    private const int BarWidth = 480;
    private const int BarHeight = 9;
    private const int Group = 42;
    private const int Top = 70;

    private static readonly ServingSystem[] Shown = [ServingSystem.Multiplex, ServingSystem.RayServe, ServingSystem.ModelMesh];

    public static string Draw(IReadOnlyList<Outcome> outcomes)
    {
        var scenarios = outcomes.GroupBy(static one => one.Scenario.Name).ToList();
        var drawing = new Drawing(Left + BarWidth + 90, Top + (scenarios.Count * Group) + 30);
        drawing.Text(Left, 22, "Hit ratio, as a share of that of one global LRU", size: 15);
        for (var i = 0; i < Shown.Length; i++)
        {
            drawing.Rectangle(Left + (i * 170), 34, 10, 10, Palette.GetColour(i));
            drawing.Text(Left + 16 + (i * 170), 43, Palette.GetName(Shown[i]));
        }

        var bottom = Top + (scenarios.Count * Group) - 8;
        for (var tick = 0; tick <= 5; tick++)
        {
            var share = Floor + (tick * (1 - Floor) / 5);
            drawing.Line(X(share), Top - 12, X(share), bottom, "#dddddd");
            drawing.Text(X(share), bottom + 16, share.ToString("0.00", CultureInfo.InvariantCulture), "middle");
        }

        drawing.Line(X(LeastShare), Top - 12, X(LeastShare), bottom, "black", isDashed: true);
        for (var i = 0; i < scenarios.Count; i++)
        {
            var ratios = scenarios[i].ToDictionary(static one => one.System, static one => one.Tally.HitRatio);
            drawing.Text(Left - 8, Top + (i * Group) + 17, scenarios[i].Key, "end");
            for (var j = 0; j < Shown.Length; j++)
            {
                var share = ratios[Shown[j]] / ratios[ServingSystem.GlobalLru];
                var y = Top + (i * Group) + (j * (BarHeight + 1));
                drawing.Rectangle(Left, y, Math.Max(1, X(share) - Left), BarHeight, Palette.GetColour(j));
                drawing.Text(Math.Max(Left, X(share)) + 4, y + BarHeight, Figures.Ratio(share), size: 9);
            }
        }

        return drawing.ToString();
    }

    private static double X(double share) => Left + ((share - Floor) / (1 - Floor) * BarWidth);
}
