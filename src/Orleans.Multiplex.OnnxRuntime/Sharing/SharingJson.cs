using System.Text.Json.Serialization;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>What silos of a machine say to each other as lines of JSON, by generated code.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(GuestLine))]
[JsonSerializable(typeof(HostLine))]
internal sealed partial class SharingJson : JsonSerializerContext;
