using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

internal sealed class RestWire(HttpClient http, bool isBinary) : IWire
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    public Task<bool> IsLiveAsync() => IsOkAsync("/v2/health/live", "live");

    public Task<bool> IsReadyAsync() => IsOkAsync("/v2/health/ready", "ready");

    public Task<bool> IsModelReadyAsync(string model) => IsOkAsync($"/v2/models/{model}/ready", "ready");

    public async Task<string[]> GetExtensionsAsync() =>
        [.. (await SendAsync(HttpMethod.Get, "/v2")).GetProperty("extensions").EnumerateArray().Select(name => name.GetString()!)];

    public async Task<Answer> InferAsync(Ask ask, CancellationToken cancellationToken)
    {
        var json = Encoding.UTF8.GetBytes(Write(ask).ToJsonString());
        using var content = new ByteArrayContent(isBinary ? [.. json, .. ask.Inputs.SelectMany(input => input.ToBytes())] : json);
        if (isBinary)
        {
            content.Headers.Add(LengthHeader, json.Length.ToString(CultureInfo.InvariantCulture));
        }

        return await InferAsync(ask.Model, ask.Version, content, cancellationToken);
    }

    /// <summary>Sends a body that is made by hand.</summary>
    public async Task<Answer> InferAsync(string model, string? version, HttpContent content, CancellationToken cancellationToken = default)
    {
        var path = $"/v2/models/{Uri.EscapeDataString(model)}{(version is null ? "" : $"/versions/{version}")}/infer";
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        Check(response, body);
        return Read(body, response.Headers.TryGetValues(LengthHeader, out var length) ? int.Parse(length.Single(), CultureInfo.InvariantCulture) : body.Length);
    }

    public Task LoadAsync(string model) => SendAsync(HttpMethod.Post, $"/v2/repository/models/{model}/load");

    public Task UnloadAsync(string model) => SendAsync(HttpMethod.Post, $"/v2/repository/models/{model}/unload");

    public async Task<ILookup<string, string>> GetIndexAsync(bool readyOnly) =>
        (await SendAsync(HttpMethod.Post, "/v2/repository/index", new JsonObject { ["ready"] = readyOnly })).EnumerateArray().ToLookup(
            model => model.GetProperty("name").GetString()!,
            model => model.TryGetProperty("state", out var state) ? state.GetString()! : "");

    public async Task<(ulong Success, ulong Fail)> CountAsync(string model)
    {
        var counts = (await SendAsync(HttpMethod.Get, $"/v2/models/{model}/stats")).GetProperty("model_stats")[0].GetProperty("inference_stats");
        return (counts.GetProperty("success").GetProperty("count").GetUInt64(), counts.GetProperty("fail").GetProperty("count").GetUInt64());
    }

    /// <summary>Sends any request, and returns the JSON of its answer, if it has any.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("x-multiplex-control", "1");
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Check(response, bytes);
        return bytes.Length == 0 ? default : JsonDocument.Parse(bytes).RootElement;
    }

    public void Dispose() => http.Dispose();

    /// <summary>The JSON of an answer, and the bytes behind it.</summary>
    public static Answer Read(ReadOnlyMemory<byte> body, int jsonLength)
    {
        var json = JsonDocument.Parse(body[..jsonLength]).RootElement;
        var rest = body[jsonLength..];
        var outputs = new List<Value>();
        foreach (var output in json.GetProperty("outputs").EnumerateArray())
        {
            var (name, datatype) = (output.GetProperty("name").GetString()!, output.GetProperty("datatype").GetString()!);
            var shape = output.GetProperty("shape").Deserialize<long[]>()!;
            if (output.TryGetProperty("data", out var data))
            {
                outputs.Add(new Value(name, datatype, shape, Read(datatype, data)));
                continue;
            }

            var size = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
            outputs.Add(Value.Read(name, datatype, shape, rest[..size].Span));
            rest = rest[size..];
        }

        return rest.IsEmpty
            ? new Answer(
                json.GetProperty("model_name").GetString()!,
                json.GetProperty("model_version").GetString()!,
                json.TryGetProperty("id", out var id) ? id.GetString() : null,
                outputs)
            : throw new InvalidDataException($"{rest.Length} bytes are left behind the outputs.");
    }

    private JsonObject Write(Ask ask)
    {
        var body = new JsonObject
        {
            ["inputs"] = new JsonArray([.. ask.Inputs.Select(Write)]),
            ["outputs"] = new JsonArray([.. ask.Outputs.Select(name => new JsonObject { ["name"] = name })]),
            ["parameters"] = new JsonObject { ["binary_data_output"] = isBinary },
        };
        if (ask.Id is not null)
        {
            body["id"] = ask.Id;
        }

        return body;
    }

    private JsonObject Write(Value input)
    {
        var (key, value) = isBinary
            ? ("parameters", new JsonObject { ["binary_data_size"] = input.ToBytes().Length })
            : ("data", input.Elements switch
            {
                byte[][] texts => new JsonArray([.. texts.Select(text => JsonValue.Create(Encoding.UTF8.GetString(text)))]),
                var numbers => JsonSerializer.SerializeToNode(numbers, numbers.GetType()),
            });
        return new JsonObject
        {
            ["name"] = input.Name,
            ["datatype"] = input.Datatype,
            ["shape"] = JsonSerializer.SerializeToNode(input.Shape),
            [key] = value,
        };
    }

    private static Array Read(string datatype, JsonElement data) => datatype switch
    {
        "FP32" => data.Deserialize<float[]>()!,
        "INT64" => data.Deserialize<long[]>()!,
        "UINT64" => data.Deserialize<ulong[]>()!,
        _ => data.EnumerateArray().Select(text => Encoding.UTF8.GetBytes(text.GetString()!)).ToArray(),
    };

    private async Task<bool> IsOkAsync(string path, string what)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        var said = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement.GetProperty(what).GetBoolean();
        return said == response.IsSuccessStatusCode ? said : throw new InvalidDataException($"{response.StatusCode}, but {what} is {said}.");
    }

    // Every error is JSON, with the reason as its only property.
    private static void Check(HttpResponseMessage response, byte[] body)
    {
        if (!response.IsSuccessStatusCode)
        {
            var error = JsonDocument.Parse(body).RootElement.EnumerateObject().Single();
            throw new RefusedException(
                response.StatusCode switch
                {
                    HttpStatusCode.BadRequest => Refusal.Invalid,
                    HttpStatusCode.NotFound => Refusal.NotFound,
                    HttpStatusCode.UnprocessableEntity => Refusal.Broken,
                    HttpStatusCode.RequestEntityTooLarge => Refusal.TooLarge,
                    _ => Refusal.Other,
                },
                error.NameEquals("error") ? error.Value.GetString()! : throw new InvalidDataException(Encoding.UTF8.GetString(body)));
        }
    }
}
