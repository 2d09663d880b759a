using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Reads the JSON body of an inference request straight into tensors, in one pass and without a document in between. Properties may
/// come in any order; unknown ones, and parameters other than <c>timeout</c>, are passed over.
/// </summary>
internal static class InferRequestReader
{
    private const long MicrosecondsPerDay = 86_400_000_000;

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
        ImmutableArray<string> outputs = default;
        TimeSpan? timeout = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "inputs"u8))
            {
                reader.Read();
                inputs = inputs.IsDefault ? ReadInputs(ref reader, scope) : throw scope.Fault("The body has \"inputs\" twice.");
            }
            else if (ReadScope.IsProperty(ref reader, "outputs"u8))
            {
                reader.Read();
                outputs = outputs.IsDefault ? ReadOutputs(ref reader, scope) : throw scope.Fault("The body has \"outputs\" twice.");
            }
            else if (ReadScope.IsProperty(ref reader, "id"u8))
            {
                reader.Read();
                id = scope.ReadText(ref reader, "\"id\"");
            }
            else if (ReadScope.IsProperty(ref reader, "parameters"u8))
            {
                reader.Read();
                timeout = ReadTimeout(ref reader, scope);
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

        return new InferBody(id, inputs, outputs.IsDefault ? [] : outputs, timeout);
    }

    private static ImmutableArray<ModelValue> ReadInputs(ref Utf8JsonReader reader, ReadScope scope)
    {
        CheckArray(ref reader, scope, "inputs");
        var inputs = ImmutableArray.CreateBuilder<ModelValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            inputs.Add(InputReader.Read(ref reader, inputs.Count, scope));
        }

        return inputs.DrainToImmutable();
    }

    private static ImmutableArray<string> ReadOutputs(ref Utf8JsonReader reader, ReadScope scope)
    {
        CheckArray(ref reader, scope, "outputs");
        var outputs = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            outputs.Add(ReadOutputName(ref reader, outputs.Count, scope));
        }

        return outputs.DrainToImmutable();
    }

    private static string ReadOutputName(ref Utf8JsonReader reader, int index, ReadScope scope)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw scope.Fault($"outputs[{index}] is {ReadScope.Excerpt(ref reader)}; it must be an object with \"name\".");
        }

        string? name = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "name"u8))
            {
                reader.Read();
                name = scope.ReadText(ref reader, $"The name of outputs[{index}]");
            }
            else
            {
                reader.Skip();
            }
        }

        if (name is null)
        {
            throw scope.Fault($"outputs[{index}] has no \"name\".");
        }

        return name;
    }

    private static void CheckArray(ref Utf8JsonReader reader, ReadScope scope, string property)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw scope.Fault($"\"{property}\" is {ReadScope.Excerpt(ref reader)}; it must be an array.");
        }
    }

    private static TimeSpan? ReadTimeout(ref Utf8JsonReader reader, ReadScope scope)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw scope.Fault($"\"parameters\" is {ReadScope.Excerpt(ref reader)}; it must be an object.");
        }

        TimeSpan? timeout = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!ReadScope.IsProperty(ref reader, "timeout"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var microseconds) || microseconds is < 0 or > MicrosecondsPerDay)
            {
                throw scope.Fault(
                    $"The parameter \"timeout\" is {ReadScope.Excerpt(ref reader)}; it must be a number of microseconds of at most a day, or 0 for the default.");
            }

            timeout = microseconds == 0 ? null : TimeSpan.FromMicroseconds(microseconds);
        }

        return timeout;
    }
}
