using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>A request that somebody tries on a page: read, run and answered as if it had come over HTTP.</summary>
internal sealed class TriedRequest(InferEndpoint endpoint, RefusalLog refusals)
{
    /// <summary>Sends it.</summary>
    /// <param name="services">The services of the page.</param>
    /// <param name="grant">What its sender may do.</param>
    /// <param name="model">The model.</param>
    /// <param name="json">The body.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<TriedAnswer> SendAsync(IServiceProvider services, AccessGrant grant, string model, string json, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = cancellationToken };
        context.Request.Method = HttpMethods.Post;
        context.Request.ContentLength = body.Length;
        context.Request.Body = body;
        context.Response.Body = answer;
        context.Features.Set(grant);
        try
        {
            if (!grant.Has(Right.Infer))
            {
                var refusal = new Refusal(RefusalReason.NoRight, $"The key '{grant.Name}' lacks the right '{AccessRule.NameOf(Right.Infer)}'.", grant.Name);
                refusals.Write(context, refusal);
                throw new RefusedException(refusal);
            }

            await endpoint.AnswerAsync(context, RequestModel.Admit(context, model));
            await context.Response.BodyWriter.FlushAsync(cancellationToken);
            return new TriedAnswer(StatusCodes.Status200OK, Indent(answer), Header("x-multiplex-silo"), Header("x-multiplex-cold") == "true");
        }
        catch (Exception error) when (ErrorMapping.Find(error) is { } report)
        {
            return new TriedAnswer(report.Status, report.Message, "", IsCold: false);
        }

        string Header(string name) => context.Response.Headers[name].ToString();
    }

    private static string Indent(MemoryStream json)
    {
        json.Position = 0;
        return JsonNode.Parse(json)?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "";
    }
}
