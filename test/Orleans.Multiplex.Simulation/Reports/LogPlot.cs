using System.Globalization;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>Lines over two axes that both count in powers of ten.</summary>
internal static class LogPlot
{
    private const int Width = 640;
    private const int Height = 420;
    private const int Left = 70;
    private const int Right = 30;
    private const int Top = 40;
    private const int Bottom = 100;

    /// <param name="title">What is shown.</param>
    /// <param name="across">What goes to the right.</param>
    /// <param name="series">The lines.</param>
    /// <param name="limit">What must not be exceeded; null for nothing.</param>
    public static string Draw(string title, string across, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> series, double? limit)
    {
        var points = series.SelectMany(static one => one.Points).ToList();
        var (x0, x1) = (Math.Floor(Math.Log10(points.Min(static one => one.X))), Math.Ceiling(Math.Log10(points.Max(static one => one.X))));
        var (y0, y1) = (Math.Floor(Math.Log10(points.Min(static one => one.Y))), Math.Ceiling(Math.Log10(Math.Max(limit ?? 0, points.Max(static one => one.Y)))));
        var drawing = new Drawing(Width, Height);
        drawing.Text(Width / 2, 22, title, "middle", 15);
        for (var power = x0; power <= x1; power++)
        {
            drawing.Line(X(power), Y(y0), X(power), Y(y1), "#dddddd");
            drawing.Text(X(power), Y(y0) + 18, Label(power), "middle");
        }

        for (var power = y0; power <= y1; power++)
        {
            drawing.Line(X(x0), Y(power), X(x1), Y(power), "#dddddd");
            drawing.Text(X(x0) - 8, Y(power) + 4, Label(power), "end");
        }

        drawing.Text((Left + Width - Right) / 2, Y(y0) + 36, across, "middle");
        if (limit is { } most)
        {
            drawing.Line(X(x0), Y(Math.Log10(most)), X(x1), Y(Math.Log10(most)), "black", isDashed: true);
        }

        for (var i = 0; i < series.Count; i++)
        {
            var line = series[i].Points;
            for (var j = 0; j < line.Count; j++)
            {
                var (x, y) = (X(Math.Log10(line[j].X)), Y(Math.Log10(line[j].Y)));
                drawing.Dot(x, y, Palette.GetColour(i));
                if (j > 0)
                {
                    drawing.Line(X(Math.Log10(line[j - 1].X)), Y(Math.Log10(line[j - 1].Y)), x, y, Palette.GetColour(i));
                }
            }

            drawing.Rectangle(Left + (i % 2 * 280), Height - 44 + (i / 2 * 20), 10, 10, Palette.GetColour(i));
            drawing.Text(Left + 16 + (i % 2 * 280), Height - 35 + (i / 2 * 20), series[i].Name);
        }

        return drawing.ToString();

        double X(double power) => Left + ((power - x0) / (x1 - x0) * (Width - Left - Right));
        double Y(double power) => Height - Bottom - ((power - y0) / (y1 - y0) * (Height - Top - Bottom));
    }

    private static string Label(double power) => Math.Pow(10, power).ToString("#,0.##", CultureInfo.InvariantCulture);
}
