using System.Text.Json.Serialization;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>The record as JSON, by generated code: a load has no time for reflection.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(ShapeJson)])]
[JsonSerializable(typeof(PreparedModel))]
[JsonSerializable(typeof(PreparationFailure))]
internal sealed partial class PreparedJson : JsonSerializerContext;
