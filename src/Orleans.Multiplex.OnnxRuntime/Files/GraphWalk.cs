namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Walks over graphs, and over the graphs inside them, wherever a tensor can lie: initializers, constants, the branches of an If, the
/// bodies of a Loop or Scan, functions.
/// </summary>
internal sealed class GraphWalk(
    WireReader reader, Footprint footprint, Expansions expansions, ConstantUse constants, ExternalData external, OperatorDomains domains)
{
    // The nesting that ONNX Runtime's own parser allows, in messages.
    private const int MaxDepth = 100;
    private const int MaxOperatorBytes = 64;
    private const long MaxNameCharacters = 64L << 20;

    private readonly TensorWalk _tensors = new(reader, footprint, external);
    private readonly TypeWalk _types = new(reader);
    private long _otherCharacters;

    /// <summary>The names of constants that are no tensors of the model's own graph: of graphs inside it, sparse ones, and those that nodes are.</summary>
    public HashSet<string> OtherConstants { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a node makes an optional.</summary>
    public bool HasOptional { get; private set; }

    /// <summary>Walks over a graph.</summary>
    /// <param name="end">Where it ends.</param>
    /// <param name="depth">The number of messages around it.</param>
    /// <param name="main">Takes what the graph declares when it is the model's; null for a graph inside another.</param>
    public void Walk(long end, int depth, Declarations? main)
    {
        ThrowIfTooDeep(depth);
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Bytes):
                    WalkNode(reader.ReadEnd(end), depth + 1);
                    break;
                case (5, WireType.Bytes):
                    var tensor = _tensors.Walk(reader.ReadEnd(end));
                    expansions.AddConstant(tensor.Name, tensor);
                    constants.AddConstant(tensor.Name, tensor.Bytes);
                    main?.AddInitializer(tensor.Name);
                    AddOther(main is null ? tensor.Name : null);
                    break;
                case (11, WireType.Bytes) when main is not null:
                    main.AddInput(_types.ReadValue(reader.ReadEnd(end)));
                    break;
                case (12, WireType.Bytes) when main is not null:
                    main.AddOutput(_types.ReadValue(reader.ReadEnd(end)));
                    break;
                case (15, WireType.Bytes):
                    var name = _tensors.WalkSparse(reader.ReadEnd(end));
                    main?.AddInitializer(name);
                    AddOther(name);
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }
    }

    /// <summary>Walks over a function: an operator that the file itself defines.</summary>
    public void WalkFunction(long end, int depth)
    {
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (7, WireType.Bytes):
                    WalkNode(reader.ReadEnd(end), depth + 1);
                    break;
                case (10, WireType.Bytes):
                    domains.ReadDefined(reader, end);
                    break;
                case (11, WireType.Bytes):
                    WalkAttribute(reader.ReadEnd(end), depth + 1);
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }
    }

    /// <summary>Walks over what the file keeps for training, which may hold graphs.</summary>
    public void WalkTraining(long end, int depth)
    {
        while (reader.TryReadTag(end, out var tag))
        {
            if (tag is (1 or 2, WireType.Bytes))
            {
                Walk(reader.ReadEnd(end), depth + 1, main: null);
            }
            else
            {
                reader.Skip(tag, end);
            }
        }
    }

    private void WalkNode(long end, int depth)
    {
        ThrowIfTooDeep(depth);
        footprint.AddNode();
        var inputs = new string?[ConstantUse.InputsSeen];
        var count = 0;
        string? output = null;
        string? type = null;
        var value = default(TensorHead);
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Bytes) when count < inputs.Length:
                    inputs[count++] = reader.ReadTextOrSkip(end, TensorWalk.MaxNameBytes);
                    break;
                case (2, WireType.Bytes) when output is null:
                    output = reader.ReadTextOrSkip(end, TensorWalk.MaxNameBytes);
                    break;
                case (4, WireType.Bytes):
                    type = reader.ReadTextOrSkip(end, MaxOperatorBytes);
                    break;
                case (5, WireType.Bytes):
                    value = WalkAttribute(reader.ReadEnd(end), depth + 1) ?? value;
                    break;
                case (7, WireType.Bytes):
                    domains.ReadUsed(reader, end);
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        constants.AddNode(type, inputs, output);
        switch (type)
        {
            case "Constant":
                expansions.AddConstant(output, value);
                constants.AddConstant(output, value.Bytes);
                AddOther(output);
                break;
            case "ConstantOfShape":
                expansions.AddConstantOfShape(inputs[0], value.Type);
                break;
            case "Optional":
                HasOptional = true;
                break;
            case "MatMul" or "Gemm":
                expansions.AddMultiplied(inputs[1]);
                break;
        }
    }

    /// <summary>Walks over an attribute; returns the constant that it is, if it is one.</summary>
    private TensorHead? WalkAttribute(long end, int depth)
    {
        ThrowIfTooDeep(depth);
        TensorHead? value = null;
        long? elements = null;
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (4 or 9, WireType.Bytes):
                    var textEnd = reader.ReadEnd(end);
                    footprint.AddText(textEnd - reader.Position);
                    reader.SkipTo(textEnd);
                    break;
                case (5 or 10, WireType.Bytes):
                    value = _tensors.Walk(reader.ReadEnd(end));
                    break;
                case (6 or 11, WireType.Bytes):
                    footprint.AddGraph();
                    Walk(reader.ReadEnd(end), depth + 1, main: null);
                    break;
                case (7, WireType.Fixed32):
                    footprint.AddAttribute(1, sizeof(float));
                    reader.Skip(tag, end);
                    break;
                case (7, WireType.Bytes):
                    var floatsEnd = reader.ReadEnd(end);
                    footprint.AddAttribute((floatsEnd - reader.Position) / sizeof(float), sizeof(float));
                    reader.SkipTo(floatsEnd);
                    break;
                case (8, WireType.Varint):
                    footprint.AddAttribute(1, sizeof(long));
                    elements = TensorWalk.MultiplyShape(elements, (long)reader.ReadVarint(end));
                    break;
                case (8, WireType.Bytes):
                    var intsEnd = reader.ReadEnd(end);
                    footprint.AddAttribute(reader.CountVarints(intsEnd), sizeof(long));
                    break;
                case (22 or 23, WireType.Bytes):
                    _tensors.WalkSparse(reader.ReadEnd(end));
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return value ?? (elements is null ? null : new TensorHead(null, TensorType.Int64, elements, PaddingBytes: 0, Bytes: 0));
    }

    private void AddOther(string? name)
    {
        if (name is not null && OtherConstants.Add(name) && (_otherCharacters += name.Length) > MaxNameCharacters)
        {
            throw new InvalidDataException($"the names of its constants have more than {MaxNameCharacters} characters.");
        }
    }

    private static void ThrowIfTooDeep(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"its parts are nested deeper than {MaxDepth}.");
        }
    }
}
