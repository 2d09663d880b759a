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
        // 1 The JSON.
        using var json = new ChargedBuffer(account);
        InferResponseWriter.Write(json, model, request, answer);
        var length = (long)json.Written.Length;
        response.ContentType = "application/octet-stream";
        response.Headers[BinaryHeader.Name] = length.ToString(CultureInfo.InvariantCulture);
        foreach (var output in answer.Outputs)
        {
            length += request.Outputs.IsBinary(output.Name) ? output.Data.Length : 0;
        }

        // 2 All of it: what is small at once, and what is large in portions, so that a client that reads slowly is waited for. The last one is left to be flushed.
        response.ContentLength = length;
        var unsent = await WriteAsync(response.BodyWriter, json.Written, 0, cancellationToken);
        foreach (var output in answer.Outputs)
        {
            if (request.Outputs.IsBinary(output.Name))
            {
                unsent = await WriteAsync(response.BodyWriter, output.Data, unsent, cancellationToken);
            }
        }

        // 3 Who has read a small one whole finds nothing of it in flight any more. A large one keeps its memory until its last part has left. Kestrel does not send by
        // itself what is left unflushed behind a flush.
        if (length <= BytesAtOnce)
        {
            json.Dispose();
            account.Dispose();
        }

        await FlushAsync(response.BodyWriter, cancellationToken);
    }

    // Returns how many bytes are unsent then; so many were before.
    private static async ValueTask<int> WriteAsync(PipeWriter pipe, ReadOnlyMemory<byte> part, int unsent, CancellationToken cancellationToken)
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

        return unsent;
    }

    private static async ValueTask FlushAsync(PipeWriter pipe, CancellationToken cancellationToken)
    {
        await pipe.FlushAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
