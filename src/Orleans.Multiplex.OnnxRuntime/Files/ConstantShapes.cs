namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// What the ConstantOfShape nodes of a file expand to, where their shape is a constant of the file: a few bytes there can ask for any
/// amount of memory, at opening or in each run.
/// </summary>
internal sealed class ConstantShapes
{
    // More than any real model has; a hostile file cannot make these lists grow without end.
    private const int MaxKept = 10_000;

    private readonly Dictionary<string, long> _elementsByName = new(StringComparer.Ordinal);
    private readonly List<(string Shape, int ElementBytes)> _expansions = [];

    /// <summary>Remembers a constant that can be a shape.</summary>
    /// <param name="name">The name of the value.</param>
    /// <param name="elements">The number of elements that this shape asks for; null when it is no shape.</param>
    public void AddConstant(string? name, long? elements)
    {
        if (name is not null && elements is { } count && _elementsByName.Count < MaxKept)
        {
            _elementsByName[name] = count;
        }
    }

    /// <summary>Remembers a ConstantOfShape node.</summary>
    /// <param name="shape">The name of its shape.</param>
    /// <param name="type">The element type; null for that of a node which gives none.</param>
    public void AddExpansion(string? shape, TensorType? type)
    {
        if (shape is not null && _expansions.Count < MaxKept)
        {
            _expansions.Add((shape, Math.Max((type ?? TensorType.Float32).GetElementBits() / 8, 1)));
        }
    }

    /// <summary>The bytes that the nodes expand to, added up once the whole file is read, since a constant may come after its use.</summary>
    public long CountBytes()
    {
        Int128 bytes = 0;
        foreach (var (shape, elementBytes) in _expansions)
        {
            bytes += _elementsByName.TryGetValue(shape, out var elements) ? (Int128)elements * elementBytes : 0;
        }

        return (long)Int128.Min(bytes, long.MaxValue);
    }
}
