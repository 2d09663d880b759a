namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// What takes more memory than its bytes in the file: a ConstantOfShape, where a few bytes can ask for any amount of memory, at opening
/// or in each run; and narrow matrices to multiply with, which ONNX Runtime pads. Both name a constant that may come later in the file.
/// </summary>
internal sealed class Expansions
{
    // More than any real model has; a hostile file cannot make these lists grow without end.
    private const int MaxKept = 10_000;

    private readonly Dictionary<string, long> _elementsByShape = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _paddingByMatrix = new(StringComparer.Ordinal);
    private readonly List<(string Shape, int ElementBytes)> _expanded = [];
    private readonly HashSet<string> _multiplied = new(StringComparer.Ordinal);

    /// <summary>Remembers a constant, under the name that nodes know it by.</summary>
    public void AddConstant(string? name, TensorHead constant)
    {
        if (name is not null && constant.ShapeElements is { } elements && _elementsByShape.Count < MaxKept)
        {
            _elementsByShape[name] = elements;
        }

        if (name is not null && constant.PaddingBytes > 0 && _paddingByMatrix.Count < MaxKept)
        {
            _paddingByMatrix[name] = constant.PaddingBytes;
        }
    }

    /// <summary>Remembers a ConstantOfShape node.</summary>
    /// <param name="shape">The name of its shape.</param>
    /// <param name="type">The element type; null for that of a node which gives none.</param>
    public void AddConstantOfShape(string? shape, TensorType? type)
    {
        if (shape is not null && _expanded.Count < MaxKept)
        {
            _expanded.Add((shape, Math.Max((type ?? TensorType.Float32).GetElementBits() / 8, 1)));
        }
    }

    /// <summary>Remembers that a node multiplies with a matrix.</summary>
    public void AddMultiplied(string? matrix)
    {
        if (matrix is not null && _multiplied.Count < MaxKept)
        {
            _multiplied.Add(matrix);
        }
    }

    /// <summary>The bytes that come on top of those in the file, once the whole file is read.</summary>
    public long CountBytes()
    {
        Int128 bytes = 0;
        foreach (var (shape, elementBytes) in _expanded)
        {
            bytes += (Int128)_elementsByShape.GetValueOrDefault(shape) * elementBytes;
        }

        foreach (var matrix in _multiplied)
        {
            bytes += _paddingByMatrix.GetValueOrDefault(matrix);
        }

        return (long)Int128.Min(bytes, long.MaxValue);
    }
}
