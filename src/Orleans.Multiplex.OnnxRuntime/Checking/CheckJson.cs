using System.Text.Json.Serialization;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Results as JSON, by generated code.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckResult))]
internal sealed partial class CheckJson : JsonSerializerContext;
