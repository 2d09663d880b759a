using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Orleans.Multiplex.AspNetCore.ModelHeader;

/// <summary>The routes on which a header names the model.</summary>
internal static class ModelHeaderRoutes
{
    /// <summary><c>POST /</c>: a model of the store, called as by the Open Inference Protocol.</summary>
    public static void MapModelHeader(this EndpointMap map)
    {
        var endpoint = map.Get<InferEndpoint>();
        map.MapPublic(HttpMethods.Post, "/", context => endpoint.AnswerAsync(context, ModelIdHeader.Read(context)));
    }

    /// <summary>A grain of the application's own.</summary>
    public static void MapGrain<TGrain, TRequest, TResponse>(
        this EndpointMap map, string pattern, Func<TGrain, TRequest, CancellationToken, Task<TResponse>> call)
        where TGrain : IGrainWithStringKey
    {
        var endpoint = new GrainEndpoint<TGrain, TRequest, TResponse>(
            map.Get<IMultiplexClient>(),
            map.Get<BytesInFlight>(),
            map.Get<IOptions<MultiplexHttpOptions>>().Value.MaxRequestBytes.Bytes,
            map.Get<IOptions<HttpJsonOptions>>().Value.SerializerOptions,
            call);
        map.MapPublic(HttpMethods.Post, pattern, endpoint.AnswerAsync);
    }
}
