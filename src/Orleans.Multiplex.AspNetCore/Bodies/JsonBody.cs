using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>Writes JSON answers.</summary>
internal static class JsonBody
{
    private const int FlushBytes = 64 << 10;

    /// <summary>How JSON is written: text as it is, and not checked for its form, which does not depend on data.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a small answer.</summary>
    public static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write) => WriteAsync(context, status, (json, _) =>
    {
        write(json);
        return Task.CompletedTask;
    });

    /// <summary>Writes an answer that may be large: it goes out while it is written, and waits for a client that reads slowly.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="write">Writes, and calls what it is given between two elements of a list.</param>
    public static async Task WriteAsync(HttpContext context, int status, Func<Utf8JsonWriter, Func<ValueTask>, Task> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        var pipe = context.Response.BodyWriter;
        await using (var json = new Utf8JsonWriter(pipe, Options))
        {
            await write(json, () => FlushAsync(json, pipe, context.RequestAborted));
        }

        await pipe.FlushAsync(context.RequestAborted);
    }

    /// <summary>Sends what is written, once it is worth it. Flushing the writer alone sends nothing.</summary>
    public static async ValueTask FlushAsync(Utf8JsonWriter json, PipeWriter pipe, CancellationToken cancellationToken)
    {
        if (json.BytesPending + pipe.UnflushedBytes >= FlushBytes)
        {
            json.Flush();
            await pipe.FlushAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
