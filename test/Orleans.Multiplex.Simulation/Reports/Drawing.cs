using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>An SVG of the few shapes that plots are made of.</summary>
internal sealed class Drawing(int width, int height)
{
    private readonly StringBuilder _shapes = new();

    public void Line(double x1, double y1, double x2, double y2, string colour, bool isDashed = false) => _shapes.Append(
        CultureInfo.InvariantCulture,
        $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{colour}\"{(isDashed ? " stroke-dasharray=\"6 4\"" : "")}/>\n");

    public void Rectangle(double x, double y, double w, double h, string colour) =>
        _shapes.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{w:0.#}\" height=\"{h:0.#}\" fill=\"{colour}\"/>\n");

    public void Dot(double x, double y, string colour) =>
        _shapes.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" fill=\"{colour}\"/>\n");

    /// <param name="x">Where it stands.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">The text, which has no sign that XML knows.</param>
    /// <param name="anchor">Which part of it stands there: start, middle or end.</param>
    /// <param name="size">The size of its letters.</param>
    public void Text(double x, double y, string text, string anchor = "start", int size = 12) => _shapes.Append(
        CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{text}</text>\n");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n{_shapes}</svg>\n");
}
