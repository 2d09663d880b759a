using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Testing.OpenApi;

/// <summary>A request that an OpenAPI document shows, and what it says of the answer.</summary>
/// <param name="Operation">The id of the operation.</param>
/// <param name="Example">The name of the example; empty where the operation has none.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Path">The path, with its parameters and the query.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="BodySchema">The schema of the body; null for none.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Answer">The answer, as the example has it; null where it has none.</param>
/// <param name="AnswerSchema">The schema of the answer, or of each event of a stream; null where it is empty.</param>
/// <param name="AnswerHeaders">The headers of the answer beside those of its content.</param>
public sealed record DocumentedCall(
    string Operation,
    string Example,
    string Verb,
    string Path,
    IReadOnlyDictionary<string, string> Headers,
    JsonNode? Body,
    JsonObject? BodySchema,
    int Status,
    JsonNode? Answer,
    JsonObject? AnswerSchema,
    IReadOnlyDictionary<string, JsonObject> AnswerHeaders);
