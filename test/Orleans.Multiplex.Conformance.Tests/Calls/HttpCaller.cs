using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>Calls a gateway as any client of the Open Inference Protocol does.</summary>
internal sealed class HttpCaller(HttpClient http) : IDisposable
{
    /// <summary>Asks a model.</summary>
    /// <exception cref="RefusedException">The gateway answered with an error that has a cause.</exception>
    /// <exception cref="InvalidDataException">The gateway's answer is neither an answer nor such an error.</exception>
    public async Task<IReadOnlyList<ModelValue>> InferAsync(
        string id, IEnumerable<Tensor> inputs, IEnumerable<string> outputs, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["inputs"] = new JsonArray([.. inputs.Select(JsonTensors.Write)]),
            ["outputs"] = new JsonArray([.. outputs.Select(name => new JsonObject { ["name"] = name })]),
        };
        using var response = await http.PostAsJsonAsync(
            new Uri($"/v2/models/{Uri.EscapeDataString(id)}/infer", UriKind.Relative), body, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var status = (int)response.StatusCode;
        return status switch
        {
            200 => [.. answer.GetProperty("outputs").EnumerateArray().Select(JsonTensors.Read)],
            >= 400 and not 500 when answer.GetProperty("error").GetString() is { Length: > 0 } error => throw new RefusedException(status, error),
            _ => throw new InvalidDataException($"HTTP {status}: {answer}"),
        };
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), cancellationToken);

    public void Dispose() => http.Dispose();
}

/// <summary>An error that the gateway foresees.</summary>
internal sealed class RefusedException(int status, string error) : Exception($"HTTP {status}: {error}")
{
    public int Status => status;
}
