using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>Calls a gateway as any client of the Open Inference Protocol does.</summary>
internal sealed class HttpCaller(HttpClient http) : IDisposable
{
    /// <summary>Asks a model in JSON.</summary>
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
        using var response = await http.PostAsJsonAsync(PathOf(id), body, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        CheckStatus(response, answer);
        return [.. answer.GetProperty("outputs").EnumerateArray().Select(JsonTensors.Read)];
    }

    /// <summary>Asks a model with its tensors as raw bytes behind the JSON, both ways.</summary>
    /// <inheritdoc cref="InferAsync"/>
    public async Task<IReadOnlyList<ModelValue>> InferBinaryAsync(string id, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken)
    {
        var (body, jsonLength) = BinaryTensors.Write(inputs);
        using var content = new ByteArrayContent(body);
        content.Headers.Add(BinaryTensors.LengthHeader, jsonLength.ToString(CultureInfo.InvariantCulture));
        using var response = await http.PostAsync(PathOf(id), content, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            CheckStatus(response, JsonDocument.Parse(bytes).RootElement);
            return [];
        }

        return BinaryTensors.Read(bytes, int.Parse(response.Headers.GetValues(BinaryTensors.LengthHeader).Single(), CultureInfo.InvariantCulture));
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), cancellationToken);

    public void Dispose() => http.Dispose();

    private static Uri PathOf(string id) => new($"/v2/models/{Uri.EscapeDataString(id)}/infer", UriKind.Relative);

    private static void CheckStatus(HttpResponseMessage response, JsonElement answer)
    {
        var status = (int)response.StatusCode;
        if (status != 200)
        {
            throw status is >= 400 and not 500 && answer.GetProperty("error").GetString() is { Length: > 0 } error
                ? new RefusedException($"HTTP {status}: {error}")
                : new InvalidDataException($"HTTP {status}: {answer}");
        }
    }
}

/// <summary>An error that the gateway foresees.</summary>
internal sealed class RefusedException(string message) : Exception(message);
