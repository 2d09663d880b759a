using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Reads from a model file what the model takes and gives and what it will weigh, and refuses what must not reach ONNX Runtime. It
/// passes over the weights, keeps little in memory whatever the file holds, and bounds how deep it follows nested parts.
/// </summary>
internal static class OnnxFileReader
{
    // An overridden constant is possible from this version of the file format on.
    private const long FirstVersionWithDefaults = 4;

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused; the message says why.</exception>
    public static FileFacts Read(Stream file, CancellationToken cancellationToken)
    {
        var reader = new WireReader(file, cancellationToken);
        switch (reader.Length)
        {
            case 0:
                throw new InvalidDataException("its file is empty.");
            case > int.MaxValue:
                throw new InvalidDataException($"its file has {reader.Length} bytes; a file of protobuf has at most {int.MaxValue}.");
        }

        var footprint = new Footprint(reader.Length);
        var expansions = new Expansions();
        var declarations = new Declarations();
        var constants = new ConstantUse();
        var external = new ExternalData();
        var domains = new OperatorDomains();
        var graphs = new GraphWalk(reader, footprint, expansions, constants, external, domains);
        var version = 0L;
        var hasGraph = false;
        var hasOperators = false;
        while (reader.TryReadTag(reader.Length, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Varint):
                    version = (long)reader.ReadVarint(reader.Length);
                    break;
                case (7, WireType.Bytes):
                    hasGraph = true;
                    graphs.Walk(reader.ReadEnd(reader.Length), 1, declarations);
                    break;
                case (8, WireType.Bytes):
                    hasOperators = true;
                    reader.Skip(tag, reader.Length);
                    break;
                case (20, WireType.Bytes):
                    graphs.WalkTraining(reader.ReadEnd(reader.Length), 1);
                    break;
                case (25, WireType.Bytes):
                    graphs.WalkFunction(reader.ReadEnd(reader.Length), 1);
                    break;
                default:
                    reader.Skip(tag, reader.Length);
                    break;
            }
        }

        if (!hasGraph || !hasOperators || version == 0)
        {
            var missing = !hasGraph ? "graph" : !hasOperators ? "set of operators" : "version of the format";
            throw new InvalidDataException($"it is no ONNX model, or is cut off: it has no {missing}.");
        }

        domains.ThrowIfUnknown();
        footprint.AddExpansions(expansions.CountBytes());
        var signature = declarations.ToSignature(defaultsAreInputs: version >= FirstVersionWithDefaults);
        ThrowIfNotCarried(signature);
        return new FileFacts(
            new ModelFacts(signature, footprint.Bytes),
            reader.Length,
            new WeightUse(footprint.WeightBytes, constants.CountPackedBytes()),
            graphs.HasOptional)
        {
            External = external.Files,
            ExternalBytes = external.Bytes,
            OtherConstants = graphs.OtherConstants,
        };
    }

    private static void ThrowIfNotCarried(ModelSignature signature)
    {
        foreach (var (what, values) in new[] { ("input", signature.Inputs), ("output", signature.Outputs) })
        {
            if (values.FirstOrDefault(value => value.Type is { } type && !type.IsCarried()) is { } value)
            {
                throw new InvalidDataException(
                    $"its {what} {Wording.Quote(value.Name)} has elements of type {value.Type!.Value.GetProtocolName()}, "
                    + "which ONNX Runtime does not carry.");
            }
        }

        if (signature.Inputs.FirstOrDefault(input => input is { Kind: ValueKind.Other, IsOptional: false }) is { } other)
        {
            throw new InvalidDataException(
                $"its input {Wording.Quote(other.Name)} is no tensor, map, or sequence of tensors or maps, and cannot be given.");
        }
    }
}
