using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>.</summary>
internal static class InferenceRoutes
{
    public static void MapInference(this EndpointMap map)
    {
        var endpoint = map.Get<InferEndpoint>();
        RequestDelegate answer = context => endpoint.AnswerAsync(context, ModelRoute.Read(context));
        map.MapPublic(HttpMethods.Post, "/v2/models/{model}/infer", answer);
        map.MapPublic(HttpMethods.Post, "/v2/models/{model}/versions/{version}/infer", answer);
    }
}
