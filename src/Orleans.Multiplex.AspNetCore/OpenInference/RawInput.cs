using System.Buffers.Binary;
using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Reads a request without JSON, whose whole body is the one input of the model: its name, type and shape are the model's.</summary>
internal static class RawInput
{
    /// <summary>Reads the request to its end.</summary>
    /// <exception cref="InvalidInputException">The model does not say what the bytes are, or they are not as many as it asks for.</exception>
    public static async Task<Tensor> ReadAsync(
        ModelSignature signature, RequestContent content, ReadScope scope, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        var (spec, type) = FindInput(signature, scope);

        // Without a length, the shape is known when all bytes are there.
        using var body = content.Length is null ? await RequestBody.ReadAsync(content, null, account, cancellationToken) : null;
        var size = content.Length ?? body!.Span.Length;

        // A body of text is one element, sent as it is; in a tensor each element follows its length.
        var prefix = type == TensorType.String ? sizeof(uint) : 0;
        var shape = prefix > 0 ? FindTextShape(spec, scope) : FindShape(spec, type, size, scope);
        var input = new BinaryInput(0, spec.Name, type, shape, prefix + size).Check(scope);

        var data = scope.Rent(input.Size);
        if (prefix > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.Span, (uint)size);
        }

        if (body is null)
        {
            await input.FillAsync(data[prefix..], content, scope, cancellationToken);
        }
        else
        {
            body.Span.CopyTo(data.Span[prefix..]);
        }

        return input.ToTensor(data, scope);
    }

    private static (ValueSpec Input, TensorType Type) FindInput(ModelSignature signature, ReadScope scope)
    {
        var inputs = signature.Inputs.Length == 1 ? signature.Inputs : signature.Inputs.RemoveAll(static input => input.IsOptional);
        return inputs switch
        {
            [{ Kind: ValueKind.Tensor, Type: { } type, Shape.IsDefault: false } input] => (input, type),
            [var input] => throw scope.Fault(input.Name, $"the model does not say its datatype or shape, so its bytes cannot be read by themselves. {Remedy}"),
            _ => throw scope.Fault($"A body without JSON is the one input of a model, and this model takes {inputs.Length}. {Remedy}"),
        };
    }

    private static ImmutableArray<long> FindShape(ValueSpec input, TensorType type, long size, ReadScope scope)
    {
        var shape = input.Shape;
        var open = shape.Count(static dimension => dimension < 0);
        if (open > 1 && shape[0] < 0)
        {
            // The first dimension is the batch: one row.
            shape = shape.SetItem(0, 1);
            open--;
        }

        if (open == 0)
        {
            return shape;
        }

        var at = shape.Select(static dimension => dimension < 0).ToList().LastIndexOf(true);
        var row = shape.SetItem(at, 1);
        var rowBytes = open > 1 ? 0 : TensorShape.CountBytes(type, row, input.Name, scope);

        // Rows of 4-bit elements that end within a byte have no size of their own.
        var isWhole = rowBytes > 0 && (type.GetElementBits() >= 8 || TensorShape.CountElements(row, input.Name, scope) % 2 == 0);
        return isWhole && size % rowBytes == 0
            ? shape.SetItem(at, size / rowBytes)
            : throw scope.Fault(
                input.Name,
                $"its shape [{string.Join(", ", input.Shape)}] of {type.GetProtocolName()} does not follow from a body of {size} bytes. {Remedy}");
    }

    private static ImmutableArray<long> FindTextShape(ValueSpec input, ReadScope scope) =>
        input.Shape.All(static dimension => dimension is < 0 or 1)
            ? [.. input.Shape.Select(static _ => 1L)]
            : throw scope.Fault(input.Name, $"a body without JSON is one element of BYTES; its shape [{string.Join(", ", input.Shape)}] asks for another number. {Remedy}");

    private const string Remedy = $"Send JSON that names the inputs before the bytes, and its length as {BinaryHeader.Name}.";
}
