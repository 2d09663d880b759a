using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The outputs that a request wants, and in which form.</summary>
/// <param name="List">The outputs, in the order wanted; empty for all.</param>
/// <param name="AreBinary">Whether an output that does not say it itself is wanted as raw bytes.</param>
internal sealed record WantedOutputs(ImmutableArray<WantedOutput> List, bool AreBinary)
{
    /// <summary>The names.</summary>
    public ImmutableArray<string> Names => List.IsEmpty ? [] : [.. List.Select(static output => output.Name)];

    /// <summary>Whether an output is wanted as raw bytes behind the JSON.</summary>
    public bool IsBinary(string name)
    {
        foreach (var output in List)
        {
            if (output.Name == name)
            {
                return output.IsBinary ?? AreBinary;
            }
        }

        return AreBinary;
    }

    /// <summary>Whether one of the outputs is wanted as raw bytes.</summary>
    public bool HasBinary(ImmutableArray<Tensor> outputs)
    {
        foreach (var output in outputs)
        {
            if (IsBinary(output.Name))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>An output that a request wants.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsBinary">Whether it is wanted as raw bytes; null when the request says that for all.</param>
internal readonly record struct WantedOutput(string Name, bool? IsBinary)
{
    /// <summary>Reads the output at which the reader is, and leaves the reader at its end.</summary>
    public static WantedOutput Read(ref Utf8JsonReader reader, int index, ReadScope scope)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw scope.Fault($"outputs[{index}] is {ReadScope.Excerpt(ref reader)}; it must be an object with \"name\".");
        }

        string? name = null;
        bool? isBinary = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "name"u8))
            {
                reader.Read();
                name = scope.ReadText(ref reader, $"The name of outputs[{index}]");
            }
            else if (ReadScope.IsProperty(ref reader, "parameters"u8))
            {
                isBinary = ReadScope.ReadOptional(ref reader) ? ReadBinaryData(ref reader, index, scope) : null;
            }
            else
            {
                reader.Skip();
            }
        }

        return name is null ? throw scope.Fault($"outputs[{index}] has no \"name\".") : new WantedOutput(name, isBinary);
    }

    private static bool? ReadBinaryData(ref Utf8JsonReader reader, int index, ReadScope scope)
    {
        scope.CheckObject(ref reader, $"The \"parameters\" of outputs[{index}]");
        bool? isBinary = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "binary_data"u8))
            {
                isBinary = ReadScope.ReadOptional(ref reader) ? scope.ReadFlag(ref reader, $"The parameter \"binary_data\" of outputs[{index}]") : null;
            }
            else
            {
                reader.Skip();
            }
        }

        return isBinary;
    }
}
