using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.Testing.OpenApi;
using Orleans.Multiplex.Tests.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.OpenApi;

/// <summary>The OpenAPI document against a reader that is not ours, against the endpoints that there are, and against itself.</summary>
public sealed class DocumentTests
{
    private const string Path = "/openapi/v1.json";

    [Fact]
    public async Task Document_ReadAndValidated_HasNoFaults()
    {
        await using var host = await StartAsync();

        Assert.Equal("", ApiDocumentFaults.Find((await host.GetAsync(Path)).IsOk().Text));
    }

    [Theory]
    [InlineData("\"$ref\":\"#/components/schemas/Error\"", "\"$ref\":\"#/components/schemas/Nothing\"")]
    [InlineData("\"title\":\"Orleans.Multiplex\",", "")]
    [InlineData("\"in\":\"path\"", "\"in\":\"nowhere\"")]
    public async Task Document_WithAPlantedFault_HasIt(string part, string fault)
    {
        await using var host = await StartAsync();

        var text = (await host.GetAsync(Path)).Text;

        Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.NotEqual("", ApiDocumentFaults.Find(text.Replace(part, fault, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Document_Operations_AreTheHttpEndpoints()
    {
        await using var host = await StartAsync();

        var document = await ReadAsync(host);

        // Other libraries' are the calls over gRPC and the page.
        var there = host.Endpoints
            .Where(static endpoint => !IsOfOthers(endpoint))
            .SelectMany(static endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [], static (endpoint, verb) =>
                $"{verb} /{endpoint.RoutePattern.RawText!.TrimStart('/').Replace("**", "", StringComparison.Ordinal)}")
            .ToList();
        var described = document.Operations.Select(static one => $"{one.Verb} {one.Path}").ToList();
        Assert.True(there.Count > 20, "The server's endpoints are not seen.");
        Assert.Equal("", string.Join('\n', there.Except(described)));
        Assert.Equal("", string.Join('\n', described.Except(there)));
    }

    [Fact]
    public async Task Document_Operations_SayTheRightThatTheyNeed()
    {
        await using var host = await StartAsync();

        var document = await ReadAsync(host);

        foreach (var (verb, path, operation) in document.Operations)
        {
            var endpoint = EndpointTable.All.Single(one => one.Name.Replace("**", "", StringComparison.Ordinal) == $"{verb} {path}");
            var isOpen = endpoint.Right is Right.Probe or Right.Document;
            Assert.Equal(
                isOpen ? "[]" : $$"""[{"Bearer":["{{endpoint.Right.ToString().ToLowerInvariant()}}"]},{}]""", operation["security"]!.ToJsonString());
            Assert.Equal(
                endpoint.Right == Right.Operate,
                operation["parameters"]?.AsArray().Any(static one => one!["$ref"]?.GetValue<string>() == "#/components/parameters/x-multiplex-control") == true);
        }
    }

    [Theory]
    [InlineData("infer", "400 401 403 404 408 413 415 422 429 500 503 504 507")]
    [InlineData("callGreet", "400 401 403 404 408 413 415 422 429 500 503 504 507")]
    [InlineData("getModel", "400 401 403 404 422 429 500 503 504")]
    [InlineData("whereIsModel", "400 401 403 429 500 503 504")]
    [InlineData("getPins", "401 403 429 500 503 504")]
    [InlineData("listRepository", "400 401 403 408 413 415 429 500 503 504")]
    [InlineData("loadModel", "400 401 403 404 408 413 415 422 429 500 501 503 504 507")]
    [InlineData("unloadModel", "400 401 403 404 408 409 413 415 429 500 503 504")]
    [InlineData("operateLoad", "400 401 403 404 422 429 500 503 504 507")]
    [InlineData("operateUnload", "400 401 403 404 409 429 500 503 504")]
    [InlineData("pin", "400 401 403 404 409 422 429 500 503 504 507")]
    [InlineData("unpin", "400 401 403 409 429 500 503 504")]
    public async Task Document_Errors_AreThoseThatTheCallCanGive(string id, string statuses)
    {
        await using var host = await StartAsync();

        var operation = (await ReadAsync(host)).Operations.Single(one => one.Operation["operationId"]!.GetValue<string>() == id).Operation;

        Assert.Equal(statuses, string.Join(' ', ((JsonObject)operation["responses"]!).Select(static one => one.Key).Where(static status => status != "200")));
    }

    [Fact]
    public async Task Document_WhereABodyMayBeBinary_SaysHow()
    {
        await using var host = await StartAsync();

        var document = await ReadAsync(host);

        const string Length = "Inference-Header-Content-Length";
        var found = 0;
        foreach (var (_, path, operation) in document.Operations)
        {
            var parameter = (operation["parameters"] as JsonArray ?? []).Select(one => document.Resolve(one!)).SingleOrDefault(static one => one["name"]!.GetValue<string>() == Length);
            var body = operation["requestBody"]?["content"]?["application/octet-stream"];
            Assert.True((parameter is null) == (body is null), path);
            if (body is null)
            {
                continue;
            }

            found++;
            Assert.Equal("header", parameter!["in"]!.GetValue<string>());
            Assert.Null(parameter["required"]);
            Assert.Contains("With 0 there is no JSON", parameter["description"]!.GetValue<string>(), StringComparison.Ordinal);
            var answer = operation["responses"]!["200"]!["content"]!["application/octet-stream"]!;
            Assert.All([body, answer], static one => Assert.Equal(("string", "binary"), (one["schema"]!["type"]!.GetValue<string>(), one["schema"]!["format"]!.GetValue<string>())));
            Assert.Contains("Only where the request asks for it", answer["schema"]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
        }

        Assert.Equal(3, found);
    }

    [Fact]
    public async Task Document_Examples_FitTheirSchemas()
    {
        await using var host = await StartAsync();

        var document = await ReadAsync(host);

        var check = new SchemaCheck(document);
        var faults = document.Calls.SelectMany(call => Of(call.BodySchema, call.Body).Concat(Of(call.AnswerSchema, call.Answer)).Select(fault => $"{call.Operation} {call.Example}: {fault}"));
        Assert.Equal("", string.Join('\n', faults));

        IEnumerable<string> Of(JsonObject? schema, JsonNode? example) => example is null ? [] : check.FindFaults(schema!, example);
    }

    [Fact]
    public async Task Document_Components_AreAllUsed()
    {
        await using var host = await StartAsync();

        var text = (await host.GetAsync(Path)).Text;

        // What has an example of its own stands where it is used.
        var unused = from kind in (JsonObject)ApiDocument.Parse(text).Root["components"]!
                     where kind.Key != "securitySchemes"
                     from one in (JsonObject)kind.Value!
                     where !text.Contains($"\"#/components/{kind.Key}/{one.Key}\"", StringComparison.Ordinal)
                     where text.Split($"\"description\":{one.Value!["description"]!.ToJsonString()}").Length <= 2
                     select $"{kind.Key}/{one.Key}";
        Assert.Equal("", string.Join('\n', unused));
    }

    [Fact]
    public async Task Document_ObjectsWithProperties_AreNamed()
    {
        await using var host = await StartAsync();

        // Generators of clients name a type after its component.
        var nameless = ((JsonObject)(await ReadAsync(host)).Root["components"]!["schemas"]!)
            .SelectMany(static one => Within(one.Value!))
            .Where(static schema => schema["properties"] is JsonObject && schema["type"] is JsonValue)
            .Select(static schema => schema.GetPath());
        Assert.Equal("", string.Join('\n', nameless));

        static IEnumerable<JsonNode> Within(JsonNode node)
        {
            var parts = node is JsonObject one ? one.Select(static part => part.Value) : node as JsonArray ?? [];
            return parts.OfType<JsonNode>().SelectMany(static part => Within(part).Prepend(part)).Where(static part => part is JsonObject);
        }
    }

    [Fact]
    public async Task TensorData_Elements_HaveNoType()
    {
        await using var host = await StartAsync();

        // Of several types generators take the first that fits, or a floating-point number: 64-bit integers would not stay exact.
        Assert.Equal("{}", (await ReadAsync(host)).Root["components"]!["schemas"]!["TensorData"]!["items"]!.ToJsonString());
    }

    [Theory]
    [InlineData("00:20:00", 1_200_000_000)]
    [InlineData("00:10:00", 600_000_000)]
    public async Task Timeout_HasTheMostThatTheServerTakes(string most, long microseconds)
    {
        await using var host = await HttpHost.StartAsync(settings: values => values["Multiplex:MaxRequestTimeout"] = most, map: AccessHost.Map);

        var timeout = (await ReadAsync(host)).Root["components"]!["schemas"]!["InferenceParameters"]!["properties"]!["timeout"]!;

        Assert.Equal(microseconds, timeout["maximum"]!.GetValue<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ControlHeader_MayBeLeftOutWhereThereAreKeys(bool hasKeys)
    {
        await using var host = await HttpHost.StartAsync(settings: values => SetKey(values, hasKeys), map: AccessHost.Map);

        var header = (JsonObject)(await ReadAsync(host)).Root["components"]!["parameters"]!["x-multiplex-control"]!;

        Assert.Equal(!hasKeys, header["required"]?.GetValue<bool>() ?? false);

        static void SetKey(IDictionary<string, string?> values, bool isOne)
        {
            if (isOne)
            {
                AccessHost.SetKey(values, "ci", "operate");
            }
        }
    }

    [Fact]
    public async Task Datatypes_AreTheOnesThatTensorsHave()
    {
        await using var host = await StartAsync();

        var names = (await ReadAsync(host)).Root["components"]!["schemas"]!["Datatype"]!["enum"]!.AsArray().Select(static name => name!.GetValue<string>());

        Assert.Equal(Enum.GetValues<TensorType>().Select(static type => type.GetProtocolName()), names);
    }

    [Fact]
    public async Task Document_OfAnAppWithADocumentOfItsOwn_StandsBesideIt()
    {
        await using var host = await HttpHost.StartAsync(map: static app =>
        {
            app.MapMultiplex();
            app.MapMultiplexOpenApi("/docs/models.json", "/docs");
            app.MapGet(Path, static () => "own");
        });

        Assert.Equal("own", (await host.GetAsync(Path)).Text);
        Assert.Equal("", ApiDocumentFaults.Find((await host.GetAsync("/docs/models.json")).Text));
        Assert.Contains("\"url\":\"docs/models.json\"", (await host.GetAsync("/docs/")).Text, StringComparison.Ordinal);
    }

    private static Task<HttpHost> StartAsync() => HttpHost.StartAsync(map: AccessHost.Map);

    private static async Task<ApiDocument> ReadAsync(HttpHost host) => ApiDocument.Parse((await host.GetAsync(Path)).Text);

    private static bool IsOfOthers(RouteEndpoint endpoint) =>
        endpoint.Metadata.OfType<global::Grpc.AspNetCore.Server.GrpcMethodMetadata>().Any()
        || endpoint.RoutePattern.RawText!.Contains("unimplemented", StringComparison.Ordinal)
        || endpoint.RoutePattern.RawText.StartsWith("/scalar", StringComparison.Ordinal);
}
