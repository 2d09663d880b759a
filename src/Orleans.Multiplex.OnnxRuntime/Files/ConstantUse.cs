namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Finds out which constants of a model are packed: those that certain operators multiply with. Nodes and constants come in any order, and a
/// constant may pass through nodes that only give it another form.
/// </summary>
internal sealed class ConstantUse
{
    /// <summary>How many inputs of a node are looked at.</summary>
    public const int InputsSeen = 4;

    // More than any real model has; a hostile file cannot make these lists grow without end.
    private const int MaxKept = 10_000;
    private const int MaxForms = 8;

    private readonly Dictionary<string, long> _bytes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _formOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> _packed = new(StringComparer.Ordinal);

    /// <summary>Remembers a constant, under the name that nodes know it by.</summary>
    public void AddConstant(string? name, long bytes)
    {
        if (name is not null && _bytes.Count < MaxKept)
        {
            _bytes[name] = bytes;
        }
    }

    /// <summary>Remembers what a node does with its inputs.</summary>
    public void AddNode(string? type, ReadOnlySpan<string?> inputs, string? output)
    {
        switch (type)
        {
            case "MatMul" or "Gemm" or "MatMulInteger" or "ConvTranspose":
                AddPacked(inputs[1]);
                break;
            case "LSTM" or "GRU":
                AddPacked(inputs[1]);
                AddPacked(inputs[2]);
                break;
            case "QLinearMatMul" or "QLinearConv":
                AddPacked(inputs[3]);
                break;
            case "Transpose" or "Reshape" or "Identity" or "Cast" or "DequantizeLinear"
                when inputs[0] is { } input && output is not null && _formOf.Count < MaxKept:
                _formOf[output] = input;
                break;
        }
    }

    /// <summary>The bytes that are packed, once the whole file is read.</summary>
    public long CountPackedBytes() => _packed.Select(FindConstant).Distinct().Sum(name => _bytes.GetValueOrDefault(name));

    private void AddPacked(string? input)
    {
        if (input is not null && _packed.Count < MaxKept)
        {
            _packed.Add(input);
        }
    }

    private string FindConstant(string name)
    {
        for (var i = 0; i < MaxForms && _formOf.TryGetValue(name, out var before); i++)
        {
            name = before;
        }

        return name;
    }
}
