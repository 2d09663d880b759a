using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>One inference request over HTTP, from its body to its answer.</summary>
internal sealed class InferEndpoint(IMultiplexClient client, BytesInFlight inFlight, IOptions<MultiplexHttpOptions> options)
{
    private const string BinaryHeader = "Inference-Header-Content-Length";

    private readonly long _maxBytes = options.Value.MaxRequestBytes.Bytes;

    /// <summary>Answers a request to a model.</summary>
    public async Task AnswerAsync(HttpContext context, ModelKey model)
    {
        var key = model.ToString();
        if (context.Request.Headers.ContainsKey(BinaryHeader))
        {
            throw new InvalidInputException(
                key, "", $"The header {BinaryHeader} announces binary tensor data, which is not read here; send the tensors as JSON.");
        }

        // 1 The body, straight into tensors; its text is given back before the model is called.
        using var account = inFlight.Open(key);
        var request = await ReadAsync(context, key, account);

        // 2 The call.
        var response = await client.InferAsync(
            key, request.Inputs, new InferenceOptions { Outputs = request.Outputs, Timeout = request.Timeout }, context.RequestAborted);

        // 3 The answer. What JSON cannot carry is found before the first byte is written.
        account.ChargeAnyway(response.Outputs.Sum(static output => output is Tensor tensor ? (long)tensor.Data.Length : 0));
        JsonAnswer.Check(key, response);
        context.Response.ContentType = "application/json";
        context.Response.Headers["x-multiplex-silo"] = Printable(response.Silo);
        context.Response.Headers["x-multiplex-cold"] = response.IsCold ? "true" : "false";
        await InferResponseWriter.WriteAsync(context.Response.BodyWriter, model.Id, request.Id, response, context.RequestAborted);
    }

    private async Task<InferBody> ReadAsync(HttpContext context, string key, BytesInFlight.Account account)
    {
        using var body = await RequestBody.ReadAsync(context, _maxBytes, account, context.RequestAborted);
        return InferRequestReader.Read(body.Span, new ReadScope(key, body.Span.Length, _maxBytes, account));
    }

    // A silo's name is free text, a header's value is not.
    private static string Printable(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        });
}
