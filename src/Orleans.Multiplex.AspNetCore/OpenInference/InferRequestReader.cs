using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Reads the JSON body of an inference request straight into tensors, in one pass and without a document in between. Properties may
/// come in any order; unknown ones, and parameters that mean nothing here, are passed over.
/// </summary>
internal static class InferRequestReader
{
    // Beside the nesting of the protocol itself, data may be nested about as deep as Triton allows.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 110 };

    /// <summary>Reads a body.</summary>
    /// <exception cref="InvalidInputException">It is not JSON, or not a request of the protocol; the message says where.</exception>
    public static InferBody Read(ReadOnlySpan<byte> json, ReadScope scope)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        if (json.IsEmpty)
        {
            throw scope.Fault("The request has no body; send {\"inputs\": [...]} as JSON.");
        }

        try
        {
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();
            var body = ReadBody(ref reader, scope);
            reader.Read(); // beyond the end, anything but space is a fault
            return body;
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(
                scope.Model, "", $"The body is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message}");
        }
    }

    private static InferBody ReadBody(ref Utf8JsonReader reader, ReadScope scope)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw scope.Fault($"The body is {ReadScope.Excerpt(ref reader)}; it must be an object with \"inputs\".");
        }

        string? id = null;
        ImmutableArray<ModelValue> inputs = default;
        ImmutableArray<BinaryInput> binaryInputs = [];
        ImmutableArray<WantedOutput> outputs = default;
        var parameters = default(RequestParameters);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "inputs"u8))
            {
                reader.Read();
                inputs = inputs.IsDefault
                    ? ReadInputs(ref reader, scope, out binaryInputs)
                    : throw scope.Fault("The body has \"inputs\" twice.");
            }
            else if (ReadScope.IsProperty(ref reader, "outputs"u8))
            {
                if (ReadScope.ReadOptional(ref reader))
                {
                    outputs = outputs.IsDefault ? ReadOutputs(ref reader, scope) : throw scope.Fault("The body has \"outputs\" twice.");
                }
            }
            else if (ReadScope.IsProperty(ref reader, "id"u8))
            {
                id = ReadScope.ReadOptional(ref reader) ? scope.ReadText(ref reader, "\"id\"") : null;
                scope.TakeText(id ?? "");
            }
            else if (ReadScope.IsProperty(ref reader, "parameters"u8))
            {
                parameters = ReadScope.ReadOptional(ref reader) ? RequestParameters.Read(ref reader, scope) : default;
            }
            else
            {
                reader.Skip();
            }
        }

        if (inputs.IsDefault)
        {
            throw scope.Fault("The body has no \"inputs\"; give them as an array of tensors.");
        }

        var wanted = new WantedOutputs(outputs.IsDefault ? [] : outputs, parameters.BinaryOutputs);
        return new InferBody(id, inputs, binaryInputs, wanted, parameters.Timeout, parameters.Priority);
    }

    private static ImmutableArray<ModelValue> ReadInputs(ref Utf8JsonReader reader, ReadScope scope, out ImmutableArray<BinaryInput> binaryInputs)
    {
        CheckArray(ref reader, scope, "inputs");
        var inputs = ImmutableArray.CreateBuilder<ModelValue>();
        var binary = ImmutableArray.CreateBuilder<BinaryInput>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (InputReader.Read(ref reader, inputs.Count + binary.Count, scope, out var announced) is { } tensor)
            {
                scope.TakeInput(tensor.Name, tensor.Shape.Length);
                inputs.Add(tensor);
            }
            else
            {
                scope.TakeInput(announced!.Name, announced.Shape.Length);
                binary.Add(announced);
            }
        }

        binaryInputs = binary.DrainToImmutable();
        return inputs.DrainToImmutable();
    }

    private static ImmutableArray<WantedOutput> ReadOutputs(ref Utf8JsonReader reader, ReadScope scope)
    {
        CheckArray(ref reader, scope, "outputs");
        var outputs = ImmutableArray.CreateBuilder<WantedOutput>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var wanted = WantedOutput.Read(ref reader, outputs.Count, scope);
            scope.TakeText(wanted.Name);
            outputs.Add(wanted);
        }

        return outputs.DrainToImmutable();
    }

    private static void CheckArray(ref Utf8JsonReader reader, ReadScope scope, string property)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw scope.Fault($"\"{property}\" is {ReadScope.Excerpt(ref reader)}; it must be an array.");
        }
    }
}
