using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// The inputs of a request as tensors. Raw contents become tensors without a copy; typed ones are read into bytes of their own. A
/// request has either the one or the other.
/// </summary>
internal static class InferInputs
{
    /// <summary>Reads the inputs.</summary>
    /// <exception cref="InvalidInputException">One is not as the protocol asks; the message names it.</exception>
    public static ImmutableArray<ModelValue> Read(ModelInferRequest request, ReadScope scope)
    {
        var raw = request.RawInputContents;
        if (raw.Count > 0 && raw.Count != request.Inputs.Count)
        {
            throw scope.Fault(
                $"raw_input_contents has {raw.Count} entries for {request.Inputs.Count} inputs; give one for each input, in their order, or none and typed contents.");
        }

        var inputs = ImmutableArray.CreateBuilder<ModelValue>(request.Inputs.Count);
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            var name = input.Name.Length > 0 ? input.Name : throw scope.Fault($"inputs[{i}]", "it has no name.");
            var type = ReadType(input, scope);
            var shape = ReadShape(input, scope);
            var bytes = TensorShape.CountBytes(type, shape, name, scope);
            var elements = TensorShape.CountElements(shape, name, scope);
            scope.TakeInput(name, shape.Length);
            inputs.Add(
                raw.Count == 0 ? new Tensor(name, type, shape, TypedContentsReader.Read(input.Contents, type, elements, name, scope))
                : input.HasContents ? throw scope.Fault(name, "it has contents beside raw_input_contents; send all inputs one way.")
                : ReadRaw(name, type, shape, elements, bytes, raw[i].Memory, scope));
        }

        return inputs.MoveToImmutable();
    }

    private static TensorType ReadType(ModelInferRequest.Types.InferInputTensor input, ReadScope scope) =>
        TensorTypes.TryParseProtocolName(input.Datatype, out var type)
            ? type
            : throw scope.Fault(input.Name, $"there is no datatype '{ErrorText.Cut(input.Datatype, ErrorText.MaxNameBytes)}'; it is one of {JsonTypes.Names}, and in raw contents of {JsonTypes.OtherNames} too.");

    private static ImmutableArray<long> ReadShape(ModelInferRequest.Types.InferInputTensor input, ReadScope scope)
    {
        if (input.Shape.Count > TensorShape.MaxRank)
        {
            throw scope.Fault(input.Name, $"its shape has more than {TensorShape.MaxRank} dimensions.");
        }

        return input.Shape.Any(static dimension => dimension < 0)
            ? throw scope.Fault(input.Name, $"its shape [{string.Join(", ", input.Shape)}] has a dimension below 0.")
            : [.. input.Shape];
    }

    private static Tensor ReadRaw(
        string name, TensorType type, ImmutableArray<long> shape, long elements, long bytes, ReadOnlyMemory<byte> raw, ReadScope scope)
    {
        if (type != TensorType.String && bytes != raw.Length)
        {
            throw scope.Fault(
                name, $"its raw contents have {raw.Length} bytes; {elements} elements of type {type.GetProtocolName()} take {bytes}.");
        }

        if (type == TensorType.Bool && raw.Span.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw scope.Fault(name, "its raw contents have a byte other than 0 and 1; BOOL has no others.");
        }

        try
        {
            return new Tensor(name, type, shape, raw);
        }
        catch (ArgumentException)
        {
            throw scope.Fault(name, $"its raw contents are not {elements} elements of BYTES, each behind its length as a 32-bit number.");
        }
    }
}
