using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.ModelHeader;

/// <summary>The routes on which a header names the model.</summary>
internal static class ModelHeaderRoutes
{
    /// <summary><c>POST /</c>: a model of the store, called as by the Open Inference Protocol.</summary>
    public static void MapModelHeader(this EndpointMap map)
    {
        map.Map<InferEndpoint>(
            HttpMethods.Post, "/", Right.Infer, static (endpoint, context) => endpoint.AnswerAsync(context, ModelIdHeader.Read(context)));
    }

    /// <summary>A grain of the application's own.</summary>
    public static void MapGrain<TGrain, TRequest, TResponse>(
        this EndpointMap map, string pattern, Func<TGrain, TRequest, CancellationToken, Task<TResponse>> call)
        where TGrain : IGrainWithStringKey
    {
        map.Map<GrainEndpoint>(HttpMethods.Post, pattern, Right.Infer, (endpoint, context) => endpoint.AnswerAsync(context, call));
    }
}
