using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Writes an answer with binary outputs: JSON, then the bytes of these outputs, straight from their tensors. The answer must have passed
/// <see cref="JsonAnswer"/>.
/// </summary>
internal static class BinaryResponseWriter
{
    private const int BytesAtOnce = 64 << 10;

    /// <summary>Writes an answer, headers included.</summary>
    /// <param name="response">The HTTP response.</param>
    /// <param name="model">The model's id, without a version.</param>
    /// <param name="request">The request, which says which outputs are binary.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="account">
    /// What the request is charged to, and the JSON too, whose length has to be known before its first byte is sent. It ends before a small answer is sent.
    /// </param>
    /// <param name="cancellationToken">Ends the writing when the client has gone.</param>
    public static async Task WriteAsync(
        HttpResponse response, string model, InferBody request, TensorAnswer answer, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        using var json = new ChargedStream(account);
        await InferResponseWriter.WriteAsync(PipeWriter.Create(json), model, request, answer, cancellationToken);

        var parts = new List<ReadOnlyMemory<byte>>(1 + answer.Outputs.Length) { json.GetBuffer().AsMemory(0, (int)json.Length) };
        foreach (var output in answer.Outputs)
        {
            if (request.Outputs.IsBinary(output.Name))
            {
                parts.Add(output.Data);
            }
        }

        response.ContentType = "application/octet-stream";
        response.Headers[BinaryHeader.Name] = json.Length.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = parts.Sum(static part => (long)part.Length);
        await WritePortionsAsync(response.BodyWriter, parts, cancellationToken);

        // Who has read a small one whole finds nothing of it in flight any more. A large one keeps its memory until its last part has left. Kestrel does not send by
        // itself what is left unflushed behind a flush.
        if (response.ContentLength <= BytesAtOnce)
        {
            account.Dispose();
        }

        await FlushAsync(response.BodyWriter, cancellationToken);
    }

    // What is small leaves at once, and what is large in portions, so that a client that reads slowly is waited for. The last one is left to be flushed.
    private static async Task WritePortionsAsync(PipeWriter pipe, List<ReadOnlyMemory<byte>> parts, CancellationToken cancellationToken)
    {
        var unsent = 0;
        foreach (var part in parts)
        {
            for (var rest = part; !rest.IsEmpty;)
            {
                if (unsent == BytesAtOnce)
                {
                    await FlushAsync(pipe, cancellationToken);
                    unsent = 0;
                }

                var portion = rest[..Math.Min(rest.Length, BytesAtOnce - unsent)];
                pipe.Write(portion.Span);
                unsent += portion.Length;
                rest = rest[portion.Length..];
            }
        }
    }

    private static async ValueTask FlushAsync(PipeWriter pipe, CancellationToken cancellationToken)
    {
        await pipe.FlushAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
