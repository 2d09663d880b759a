using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

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
                name = scope.ReadText(ref reader, "The name", new ReadPlace("outputs", index));
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
        scope.CheckObject(ref reader, "The \"parameters\"", new ReadPlace("outputs", index));
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
