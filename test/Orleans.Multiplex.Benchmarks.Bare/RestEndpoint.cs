using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.Benchmarks.Bare;

/// <summary>Inference over HTTP, with JSON or with binary data behind it.</summary>
internal static class RestEndpoint
{
    private const string JsonLength = "Inference-Header-Content-Length";

    public static async Task AnswerAsync(HttpContext context, string model, ModelTable models)
    {
        if (models.Find(model) is not { } session)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await JsonSerializer.SerializeAsync(context.Response.Body, new ErrorAnswer($"There is no model '{model}'."), RestJson.Default.ErrorAnswer);
            return;
        }

        if (int.TryParse(context.Request.Headers[JsonLength], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            await AnswerBinaryAsync(context, model, models, session, length);
        }
        else
        {
            await AnswerJsonAsync(context, model, models, session);
        }
    }

    private static async Task AnswerJsonAsync(HttpContext context, string model, ModelTable models, InferenceSession session)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.BodyReader, RestJson.Default.InferRequest, context.RequestAborted);
        var tensor = request!.Inputs[0];
        using var output = await models.RunAsync(session, tensor.Data!, tensor.Data!.Length, tensor.Shape);
        var numbers = output.GetTensorDataAsSpan<float>();
        var rented = ArrayPool<float>.Shared.Rent(numbers.Length);
        numbers.CopyTo(rented);
        context.Response.ContentType = "application/json";
        var answer = new AnswerTensor(session.OutputNames[0], "FP32", output.GetTensorTypeAndShape().Shape, rented.AsMemory(0, numbers.Length), null);
        await JsonSerializer.SerializeAsync(context.Response.BodyWriter, new InferAnswer(model, "1", [answer]), RestJson.Default.InferAnswer, context.RequestAborted);
        ArrayPool<float>.Shared.Return(rented);
    }

    private static async Task AnswerBinaryAsync(HttpContext context, string model, ModelTable models, InferenceSession session, int jsonLength)
    {
        var length = (int)context.Request.ContentLength!.Value;
        var body = ArrayPool<byte>.Shared.Rent(length);
        var data = ArrayPool<float>.Shared.Rent((length - jsonLength) / sizeof(float));
        try
        {
            await context.Request.Body.ReadExactlyAsync(body.AsMemory(0, length), context.RequestAborted);
            var tensor = JsonSerializer.Deserialize(body.AsSpan(0, jsonLength), RestJson.Default.InferRequest)!.Inputs[0];
            var bytes = tensor.Parameters!.BinaryDataSize!.Value;
            body.AsSpan(jsonLength, bytes).CopyTo(MemoryMarshal.AsBytes(data.AsSpan()));
            using var output = await models.RunAsync(session, data, bytes / sizeof(float), tensor.Shape);
            Write(context.Response, model, session.OutputNames[0], output);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(data);
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private static void Write(HttpResponse response, string model, string name, OrtValue output)
    {
        var bytes = MemoryMarshal.AsBytes(output.GetTensorDataAsSpan<float>());
        var tensor = new AnswerTensor(name, "FP32", output.GetTensorTypeAndShape().Shape, null, new TensorParameters(bytes.Length));
        var json = JsonSerializer.SerializeToUtf8Bytes(new InferAnswer(model, "1", [tensor]), RestJson.Default.InferAnswer);
        response.ContentType = "application/octet-stream";
        response.Headers[JsonLength] = json.Length.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = json.Length + bytes.Length;
        response.BodyWriter.Write(json);
        response.BodyWriter.Write(bytes);
    }
}
