using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>.</summary>
internal static class InferenceRoutes
{
    public static void MapInference(this EndpointMap map)
    {
        map.Map<InferEndpoint>(HttpMethods.Post, "/v2/models/{model}/infer", Right.Infer, InferenceOperation.ByPath, AnswerAsync);
        map.Map<InferEndpoint>(HttpMethods.Post, "/v2/models/{model}/versions/{version}/infer", Right.Infer, InferenceOperation.ByPath, AnswerAsync);
    }

    private static Task AnswerAsync(InferEndpoint endpoint, HttpContext context) => endpoint.AnswerAsync(context, ModelRoute.Read(context));
}
