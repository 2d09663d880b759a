using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.Traces;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>A request that somebody tries on a page: read, run and answered as if it had come over HTTP.</summary>
internal sealed class TriedRequest(InferEndpoint endpoint, RefusalLog refusals, ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger _logger = loggers.CreateLogger(HttpLog.Category);

    private const int MostShown = 64 << 10;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

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
        var startedAt = time.GetTimestamp();
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
            return new TriedAnswer(
                StatusCodes.Status200OK, Describe(answer.ToArray(), Header(BinaryHeader.Name)), Header("x-multiplex-silo"), Header("x-multiplex-cold") == "true");
        }
#pragma warning disable CA1031 // Whatever it is, who tries it is told, as over HTTP.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (ErrorMapping.Find(error) is { } report)
            {
                return new TriedAnswer(report.Status, report.Message, "", IsCold: false);
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                _logger.RequestFailed(error, RequestTrace.IdOf(context), HttpMethods.Post, "a page", time.GetElapsedTime(startedAt).TotalMilliseconds, model);
            }

            return new TriedAnswer(
                StatusCodes.Status500InternalServerError, $"It failed unexpectedly ({error.GetType().Name}); the log of this process says more.", "", IsCold: false);
        }

        string Header(string name) => context.Response.Headers[name].ToString();
    }

    // A page has room for so much of an answer, and none for raw bytes.
    private static string Describe(byte[] answer, string jsonLength)
    {
        var length = int.TryParse(jsonLength, NumberStyles.None, CultureInfo.InvariantCulture, out var head) ? head : answer.Length;
        var json = JsonNode.Parse(answer.AsSpan(0, length))?.ToJsonString(Indented) ?? "";
        var shown = json.Length <= MostShown ? json : $"{json[..MostShown]}\n… and {json.Length - MostShown} more characters";
        return length == answer.Length ? shown : $"{shown}\n… and {answer.Length - length} raw bytes";
    }
}
