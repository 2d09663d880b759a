using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>.</summary>
internal static class InferenceRoutes
{
    public static void MapInference(this EndpointMap map)
    {
        map.MapPublic<InferEndpoint>(HttpMethods.Post, "/v2/models/{model}/infer", AnswerAsync);
        map.MapPublic<InferEndpoint>(HttpMethods.Post, "/v2/models/{model}/versions/{version}/infer", AnswerAsync);
    }

    private static Task AnswerAsync(InferEndpoint endpoint, HttpContext context) => endpoint.AnswerAsync(context, ModelRoute.Read(context));
}
