using System.Text.Json.Serialization;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What is written down of a preparation beside its record, as JSON.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PreparationFailure))]
internal sealed partial class PreparedJson : JsonSerializerContext;
