using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>Writes an error as an HTTP response: <c>{"error": "…"}</c>, with <c>Retry-After</c> where a new try makes sense, with the encodings that are read where another was sent, and with the scheme by which a key is sent where one is missing.</summary>
internal static class ErrorResponse
{
    public static async Task WriteAsync(HttpContext context, ErrorReport report)
    {
        var response = context.Response;
        SetRetryAfter(response, report.RetryAfter);
        if (report.Status == StatusCodes.Status415UnsupportedMediaType)
        {
            response.Headers.AcceptEncoding = "gzip, deflate";
        }

        if (report.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        // The rest of the body is not waited for.
        if (report.Status == StatusCodes.Status408RequestTimeout && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            response.Headers.Connection = "close";
        }

        response.StatusCode = report.Status;
        response.ContentType = "application/json";
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body, JsonBody.Options))
        {
            json.WriteStartObject();
            json.WriteString("error", ErrorText.Cut(report.Message, ErrorText.MaxHttpBytes));
            if (report.TraceId is { } traceId)
            {
                json.WriteString("trace_id", traceId);
            }

            json.WriteEndObject();
        }

        response.ContentLength = body.WrittenCount;
        await response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Sets the header, unless there is no time to wait.</summary>
    public static void SetRetryAfter(HttpResponse response, TimeSpan? retryAfter)
    {
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = ToSeconds(wait);
        }
    }

    /// <summary>A wait in whole seconds, rounded up, at least one: a client that reads 0 would come back at once.</summary>
    public static string ToSeconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
