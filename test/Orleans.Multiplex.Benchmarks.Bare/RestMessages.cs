using System.Text.Json.Serialization;

namespace Orleans.Multiplex.Benchmarks.Bare;

/// <summary>The JSON of a request.</summary>
internal sealed record InferRequest(RequestTensor[] Inputs);

/// <summary>An input: its numbers, or how many bytes behind the JSON are its numbers.</summary>
internal sealed record RequestTensor(string Name, string Datatype, long[] Shape, float[]? Data, TensorParameters? Parameters);

/// <summary>Where the numbers are.</summary>
internal sealed record TensorParameters([property: JsonPropertyName("binary_data_size")] int? BinaryDataSize);

/// <summary>The JSON of an answer.</summary>
internal sealed record InferAnswer(
    [property: JsonPropertyName("model_name")] string ModelName,
    [property: JsonPropertyName("model_version")] string ModelVersion,
    AnswerTensor[] Outputs);

/// <summary>An output.</summary>
internal sealed record AnswerTensor(string Name, string Datatype, long[] Shape, ReadOnlyMemory<float>? Data, TensorParameters? Parameters);

/// <summary>An error.</summary>
internal sealed record ErrorAnswer(string Error);

/// <summary>Reads and writes them without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InferRequest))]
[JsonSerializable(typeof(InferAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class RestJson : JsonSerializerContext;
