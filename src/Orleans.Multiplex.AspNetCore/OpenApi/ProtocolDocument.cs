using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.OpenInference;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>
/// The OpenAPI document: the schemas of <c>protocol.json</c>, and an operation for each endpoint that has one in its metadata, as the
/// endpoint is mapped. It is composed once, on the first request, when all are.
/// </summary>
internal sealed class ProtocolDocument(
    EndpointDataSource endpoints, ApiKeys keys, IOptions<MultiplexClientOptions> client, IOptions<HttpJsonOptions> json)
{
    private readonly Lazy<byte[]> _json = new(() =>
        Compose(endpoints.Endpoints.OfType<RouteEndpoint>(), keys, client.Value, json.Value.SerializerOptions));

    /// <summary>The document, as JSON in UTF-8.</summary>
    /// <param name="pathBase">The path below which the application answers, which the paths of its endpoints do not have.</param>
    public ReadOnlyMemory<byte> At(PathString pathBase)
    {
        if (!pathBase.HasValue)
        {
            return _json.Value;
        }

        var document = JsonNode.Parse(_json.Value)!;
        document["servers"]![0]!["url"] = pathBase.ToUriComponent();
        return Write(document);
    }

    private static byte[] Compose(IEnumerable<RouteEndpoint> endpoints, ApiKeys keys, MultiplexClientOptions client, JsonSerializerOptions json)
    {
        var document = Read();
        var components = (JsonObject)document["components"]!;
        document["info"]!["version"] = ServerDescription.Version;
        components["schemas"]!["Datatype"]!["enum"] = new JsonArray([.. Enum.GetValues<TensorType>().Select(static type => (JsonNode)type.GetProtocolName())]);
        components["schemas"]!["InferenceParameters"]!["properties"]!["timeout"]!["maximum"] = client.MaxRequestTimeout.Ticks / TimeSpan.TicksPerMicrosecond;
        if (keys.Any)
        {
            ((JsonObject)components["parameters"]![AccessRule.ControlHeader]!).Remove("required");
        }

        var paths = new JsonObject();
        var tags = new HashSet<string>(StringComparer.Ordinal);
        var ids = new OperationIds();
        var own = new OwnSchemas(json, (JsonObject)components["schemas"]!);
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<Operation>() is { } operation)
            {
                var pattern = endpoint.RoutePattern;
                var right = endpoint.Metadata.GetMetadata<RequiredRight>()!.Right;
                var verb = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
                var operations = paths[OperationWriter.PathOf(pattern)] ??= new JsonObject();
                operations[verb.ToLowerInvariant()] = new OperationWriter(operation, ids.Take(operation, pattern), verb, pattern, right, components, own).Write();
                tags.Add(operation.Tag);
            }
        }

        ((JsonArray)document["tags"]!).RemoveAll(tag => !tags.Contains(tag!["name"]!.GetValue<string>()));
        document["paths"] = paths;
        return Write(document);
    }

    private static byte[] Write(JsonNode document) => Encoding.UTF8.GetBytes(document.ToJsonString());

    private static JsonObject Read()
    {
        using var stream = typeof(ProtocolDocument).Assembly.GetManifestResourceStream("protocol.json")!;
        return (JsonObject)JsonNode.Parse(stream)!;
    }
}
