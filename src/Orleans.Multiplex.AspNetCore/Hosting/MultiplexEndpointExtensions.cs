using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Control;
using Orleans.Multiplex.AspNetCore.Events;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.ModelHeader;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the HTTP and gRPC endpoints of Orleans.Multiplex.</summary>
public static class MultiplexEndpointExtensions
{
    /// <summary>
    /// Maps the endpoints that serve the models of the store: the model-id header (<c>POST /</c>), the Open Inference Protocol
    /// (<c>/v2</c>, with metadata, configuration, statistics, and the repository that loads and unloads; and
    /// <c>inference.GRPCInferenceService</c> with <c>grpc.health.v1.Health</c> over gRPC), and what operators ask and do (<c>/multiplex</c>: what
    /// is where, what happens, load, unload, pin). Who may call what is set in <see cref="MultiplexAccessOptions"/>. gRPC needs a
    /// server endpoint that speaks HTTP/2: without TLS, one with <c>Protocols</c> set to <c>Http2</c>.
    /// </summary>
    /// <param name="endpoints">The application, with <c>AddMultiplexHttp()</c> in its services.</param>
    public static IEndpointConventionBuilder MapMultiplex(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup("");
        var map = new EndpointMap(group);
        map.MapModelHeader();
        map.MapInference();
        map.MapModelMetadata();
        map.MapModelConfig();
        map.MapStatistics();
        map.MapRepository();
        map.MapHealth();
        map.MapResidency();
        map.MapEvents();
        map.MapHistory();
        map.MapControl();
        map.MapQuarantine();
        map.MapDrain();
        group.MapMultiplexGrpc();
        map.MapUnknown("/v2/{**path}");
        map.MapUnknown("/multiplex/{**path}");
        return group;
    }

    /// <summary>
    /// Maps a route to a multiplexed grain of the application's own: <c>POST</c> with the model id in the header
    /// <c>serve_multiplexed_model_id</c>, a JSON body that is read as <typeparamref name="TRequest"/>, and the result written as JSON.
    /// The call is made again when a silo left or died under it, so it must bear being made twice. It has <c>Multiplex:RequestTimeout</c>.
    /// With API keys (<see cref="MultiplexAccessOptions"/>), its caller needs the right to infer, and a key that is for the model.
    /// The headers <c>x-multiplex-silo</c> and <c>x-multiplex-cold</c> are of models of the store only: a grain that wants to say where it
    /// ran says so in its answer.
    /// </summary>
    /// <typeparam name="TGrain">The grain's interface; its key is the model id.</typeparam>
    /// <typeparam name="TRequest">What the body holds.</typeparam>
    /// <typeparam name="TResponse">What the answer holds.</typeparam>
    /// <param name="endpoints">The application, with <c>AddMultiplexHttp()</c> in its services.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="call">Calls the grain.</param>
    public static IEndpointConventionBuilder MapMultiplexed<TGrain, TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, string pattern, Func<TGrain, TRequest, CancellationToken, Task<TResponse>> call)
        where TGrain : IGrainWithStringKey
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(call);
        var group = endpoints.MapGroup("");
        new EndpointMap(group).MapGrain(pattern, call);
        return group;
    }

    /// <summary>
    /// Maps an OpenAPI document of the endpoints that <c>MapMultiplex()</c> and <c>MapMultiplexed()</c> have mapped, and a page that shows it and sends
    /// requests (Scalar). The page loads nothing from elsewhere. Without API keys (<see cref="MultiplexAccessOptions"/>) both answer on loopback only, like
    /// all reads; with keys they answer everybody, because a browser that opens a page sends no key: they tell what can be asked, and nothing of the
    /// cluster or its models. They have nothing to do with an OpenAPI document of the application's own; give other paths where that one has these.
    /// </summary>
    /// <param name="endpoints">The application, with <c>AddMultiplexHttp()</c> in its services.</param>
    /// <param name="document">The path of the document.</param>
    /// <param name="page">The path of the page.</param>
    public static IEndpointConventionBuilder MapMultiplexOpenApi(
        this IEndpointRouteBuilder endpoints, string document = "/openapi/v1.json", string page = "/scalar")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(document);
        ArgumentException.ThrowIfNullOrEmpty(page);
        var group = endpoints.MapGroup("");
        new EndpointMap(group).MapDocument(document);
        group.MapPage(page, document);
        return group;
    }

    /// <summary>
    /// Answers every path that nothing else answers with 404 and <c>{"error": "…"}</c>. For a host that serves nothing but models.
    /// </summary>
    /// <param name="endpoints">The application, with <c>AddMultiplexHttp()</c> in its services.</param>
    public static IEndpointConventionBuilder MapMultiplexFallback(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup("");
        new EndpointMap(group).MapUnknown("/{**path}");
        return group;
    }
}
