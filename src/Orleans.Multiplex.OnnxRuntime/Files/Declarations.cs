namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>What the main graph of a file declares: its inputs and outputs, and the names of its constants.</summary>
internal sealed class Declarations
{
    private const int MaxValues = 10_000;
    private const long MaxNameCharacters = 64L << 20;

    private readonly List<ValueSpec> _inputs = [];
    private readonly List<ValueSpec> _outputs = [];
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private long _nameCharacters;

    public void AddInput(ValueSpec input) => Add(_inputs, input, "inputs");

    public void AddOutput(ValueSpec output) => Add(_outputs, output, "outputs");

    /// <summary>Adds the name of a constant: an input of the same name has this constant as its default.</summary>
    public void AddInitializer(string? name)
    {
        if (name is not null && _initializers.Add(name) && (_nameCharacters += name.Length) > MaxNameCharacters)
        {
            throw new InvalidDataException($"the names of its constants have more than {MaxNameCharacters} characters.");
        }
    }

    /// <summary>The model's inputs and outputs.</summary>
    /// <param name="defaultsAreInputs">
    /// Whether an input that has a default can be given; in old files all constants are listed as inputs and none of them can.
    /// </param>
    public ModelSignature ToSignature(bool defaultsAreInputs)
    {
        var inputs = _inputs
            .Where(input => defaultsAreInputs || !_initializers.Contains(input.Name))
            .Select(input => _initializers.Contains(input.Name) ? input with { IsOptional = true } : input);
        return new ModelSignature("onnx_onnxv1", [.. inputs], [.. _outputs]);
    }

    private static void Add(List<ValueSpec> values, ValueSpec value, string what)
    {
        if (values.Count == MaxValues)
        {
            throw new InvalidDataException($"it has more than {MaxValues} {what}.");
        }

        values.Add(value);
    }
}
