using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.ModelHeader;

/// <summary>The routes on which a header names the model.</summary>
internal static class ModelHeaderRoutes
{
    /// <summary><c>POST /</c>: a model of the store, called as by the Open Inference Protocol.</summary>
    public static void MapModelHeader(this EndpointMap map)
    {
        map.Map<InferEndpoint>(
            HttpMethods.Post, "/", Right.Infer, InferenceOperation.ByHeader, static (endpoint, context) => endpoint.AnswerAsync(context, ModelIdHeader.Read(context)));
    }

    /// <summary>A grain of the application's own.</summary>
    public static void MapGrain<TGrain, TRequest, TResponse>(
        this EndpointMap map, string pattern, Func<TGrain, TRequest, CancellationToken, Task<TResponse>> call)
        where TGrain : IGrainWithStringKey
    {
        // Its id is made of its path: an application may have several.
        var operation = new Operation(Id: null, "Own classes", $"Call {typeof(TGrain).Name}")
        {
            Description = $"The body is read as `{typeof(TRequest).Name}`, the answer is `{typeof(TResponse).Name}`, both as the application writes JSON.",
            Parameters = [ModelIdHeader.Name],
            Types = new OwnTypes(typeof(TRequest), typeof(TResponse)),
            Body = "",
            Answer = "",
            Errors = InferenceOperation.Errors,
        };
        map.Map<GrainEndpoint>(HttpMethods.Post, pattern, Right.Infer, operation, (endpoint, context) => endpoint.AnswerAsync(context, call));
    }
}
