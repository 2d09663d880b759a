using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>A shape as JSON: null when the model does not say how many dimensions there are.</summary>
internal sealed class ShapeJson : JsonConverter<ImmutableArray<long>>
{
    public override bool HandleNull => true;

    public override ImmutableArray<long> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var shape = ImmutableArray.CreateBuilder<long>();
        for (Expect(reader.TokenType == JsonTokenType.StartArray); reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
        {
            Expect(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _));
            shape.Add(reader.GetInt64());
        }

        return shape.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<long> value, JsonSerializerOptions options)
    {
        if (value.IsDefault)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var dimension in value)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
    }

    private static void Expect(bool isSo)
    {
        if (!isSo)
        {
            throw new JsonException("A shape is a list of whole numbers.");
        }
    }
}
