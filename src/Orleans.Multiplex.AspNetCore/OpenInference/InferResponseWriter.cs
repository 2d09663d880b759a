using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Writes an answer as the protocol has it, data flat, straight into the response. A large one goes out while it is written, and waits
/// for a client that reads slowly. The answer must have passed <see cref="JsonAnswer"/>.
/// </summary>
internal static class InferResponseWriter
{
    private const int ElementsAtOnce = 4096;
    private const int FlushBytes = 64 << 10;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes an answer.</summary>
    /// <param name="pipe">The body of the response.</param>
    /// <param name="model">The model's id, without a version.</param>
    /// <param name="id">The request's own id; null when it has none.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Ends the writing when the client has gone.</param>
    public static async Task WriteAsync(PipeWriter pipe, string model, string? id, InferenceResponse response, CancellationToken cancellationToken)
    {
        // The end of the body follows when the endpoint returns: who has read it whole finds nothing of it in flight any more.
        await using var json = new Utf8JsonWriter(pipe, Options);
        json.WriteStartObject();
        json.WriteString("model_name"u8, model);
        json.WriteString("model_version"u8, response.Version.ToString(CultureInfo.InvariantCulture));
        if (id is not null)
        {
            json.WriteString("id"u8, id);
        }

        json.WriteStartArray("outputs"u8);
        foreach (var output in response.Outputs)
        {
            var tensor = (Tensor)output;
            WriteHead(json, tensor);
            var elements = ElementWriter.For(tensor);
            while (elements.Write(json, ElementsAtOnce))
            {
                await FlushAsync(json, pipe, cancellationToken);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    private static void WriteHead(Utf8JsonWriter json, Tensor tensor)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, tensor.Name);
        json.WriteString("datatype"u8, tensor.Type.GetProtocolName());
        json.WriteStartArray("shape"u8);
        foreach (var dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data"u8);
    }

    private static async ValueTask FlushAsync(Utf8JsonWriter json, PipeWriter pipe, CancellationToken cancellationToken)
    {
        json.Flush();
        if (pipe.UnflushedBytes >= FlushBytes)
        {
            await pipe.FlushAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
