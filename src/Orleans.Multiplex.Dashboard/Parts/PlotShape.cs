using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.Dashboard.Parts;

/// <summary>The shapes of a plot of a quarter of an hour, in the units of its picture.</summary>
internal static class PlotShape
{
    private static readonly int[] Steps = [1, 2, 5, 10];

    /// <summary>The top of a scale that suits values: 1, 2 or 5 of the highest power of ten.</summary>
    public static double FindTop(IEnumerable<double?> values)
    {
        var most = values.Max() ?? 0;
        if (most <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return Steps.Select(step => step * power).First(top => top >= most);
    }

    /// <summary>The points of each stretch without a gap.</summary>
    /// <param name="values">The values, the newest last, at the right.</param>
    /// <param name="top">The value at the top.</param>
    /// <param name="width">The picture's width.</param>
    /// <param name="height">Its height.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<double?> values, double top, int width, int height)
    {
        var step = width / (double)(SiloHistory.MostSlots - 1);
        var line = new StringBuilder();
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is { } value)
            {
                var y = height - 1 - (Math.Clamp(value / top, 0, 1) * (height - 2));
                line.Append(CultureInfo.InvariantCulture, $"{(line.Length == 0 ? "" : " ")}{width - ((values.Count - 1 - i) * step):0.#},{y:0.#}");
            }

            if (line.Length > 0 && (values[i] is null || i == values.Count - 1))
            {
                yield return line.ToString();
                line.Clear();
            }
        }
    }

    /// <summary>A line with the area below it.</summary>
    public static string Close(string line, int height)
    {
        var points = line.Split(' ');
        return string.Create(CultureInfo.InvariantCulture, $"{points[0].Split(',')[0]},{height} {line} {points[^1].Split(',')[0]},{height}");
    }
}
