using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>
/// The OpenAPI document: the schemas of <c>protocol.json</c>, and an operation for each endpoint that has one in its metadata, as the
/// endpoint is mapped. It is composed once, on the first request, when all are.
/// </summary>
internal sealed class ProtocolDocument(EndpointDataSource endpoints)
{
    private readonly Lazy<byte[]> _json = new(() => Compose(endpoints.Endpoints.OfType<RouteEndpoint>()));

    /// <summary>The document, as JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Json => _json.Value;

    private static byte[] Compose(IEnumerable<RouteEndpoint> endpoints)
    {
        var document = Read();
        var components = (JsonObject)document["components"]!;
        document["info"]!["version"] = ServerDescription.Version;
        components["schemas"]!["Datatype"]!["enum"] = new JsonArray([.. Enum.GetValues<TensorType>().Select(static type => (JsonNode)type.GetProtocolName())]);
        var paths = new JsonObject();
        var tags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<Operation>() is { } operation)
            {
                var right = endpoint.Metadata.GetMetadata<RequiredRight>()!.Right;
                var verb = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
                var path = OperationWriter.PathOf(endpoint.RoutePattern);
                var operations = paths[path] ??= new JsonObject();
                operations[verb.ToLowerInvariant()] = new OperationWriter(operation, verb, endpoint.RoutePattern, right, components).Write();
                tags.Add(operation.Tag);
            }
        }

        ((JsonArray)document["tags"]!).RemoveAll(tag => !tags.Contains(tag!["name"]!.GetValue<string>()));
        document["paths"] = paths;
        return System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static JsonObject Read()
    {
        using var stream = typeof(ProtocolDocument).Assembly.GetManifestResourceStream("protocol.json")!;
        return (JsonObject)JsonNode.Parse(stream)!;
    }
}
