using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Writes an answer as the protocol has it, data flat, straight into the response. A large one goes out while it is written, and waits
/// for a client that reads slowly. Of a binary output, it writes how many bytes it has. The answer must have passed <see cref="JsonAnswer"/>.
/// </summary>
internal static class InferResponseWriter
{
    private const int ElementsAtOnce = 4096;

    private static readonly ObjectPool<Utf8JsonWriter> Writers = new DefaultObjectPool<Utf8JsonWriter>(new Policy());

    /// <summary>Writes an answer.</summary>
    /// <param name="pipe">Where the JSON goes.</param>
    /// <param name="model">The model's id, without a version.</param>
    /// <param name="request">The request, which says which outputs are binary.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Ends the writing when the client has gone.</param>
    public static async Task WriteAsync(PipeWriter pipe, string model, InferBody request, TensorAnswer response, CancellationToken cancellationToken)
    {
        // The end of the body follows when the endpoint returns: who has read it whole finds nothing of it in flight any more.
        await using var json = new Utf8JsonWriter(pipe, JsonBody.Options);
        await WriteAsync(json, model, request, response, () => JsonBody.FlushAsync(json, pipe, cancellationToken));
        await json.FlushAsync(cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    /// <summary>Writes an answer into memory.</summary>
    /// <param name="buffer">Where the JSON goes.</param>
    /// <param name="model">The model's id, without a version.</param>
    /// <param name="request">The request, which says which outputs are binary.</param>
    /// <param name="response">The answer.</param>
    public static void Write(IBufferWriter<byte> buffer, string model, InferBody request, TensorAnswer response)
    {
        var json = Writers.Get();
        json.Reset(buffer);
        try
        {
            var writing = WriteAsync(json, model, request, response, flush: null);
            if (!writing.IsCompleted)
            {
                throw new UnreachableException("It waits for nothing but a flush.");
            }

            writing.GetAwaiter().GetResult();
            json.Flush();
        }
        finally
        {
            Writers.Return(json);
        }
    }

    private static async ValueTask WriteAsync(Utf8JsonWriter json, string model, InferBody request, TensorAnswer response, Func<ValueTask>? flush)
    {
        json.WriteStartObject();
        json.WriteString("model_name"u8, model);
        json.WriteString("model_version"u8, response.Version.ToString(CultureInfo.InvariantCulture));
        if (request.Id is { } id)
        {
            json.WriteString("id"u8, id);
        }

        json.WriteStartArray("outputs"u8);
        foreach (var tensor in response.Outputs)
        {
            WriteHead(json, tensor);
            if (request.Outputs.IsBinary(tensor.Name))
            {
                json.WriteStartObject("parameters"u8);
                json.WriteNumber("binary_data_size"u8, tensor.Data.Length);
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartArray("data"u8);
                var elements = ElementWriter.For(tensor);
                while (elements.Write(json, ElementsAtOnce))
                {
                    if (flush is not null)
                    {
                        await flush();
                    }
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
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
    }

    private sealed class Policy : PooledObjectPolicy<Utf8JsonWriter>
    {
        public override Utf8JsonWriter Create() => new(Stream.Null, JsonBody.Options);

        public override bool Return(Utf8JsonWriter obj)
        {
            obj.Reset(Stream.Null);
            return true;
        }
    }
}
