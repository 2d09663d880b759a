using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Outputs;
using Orleans.Multiplex.Calls;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>One inference request over HTTP, from its body to its answer.</summary>
internal sealed class InferEndpoint(
    Descriptions descriptions,
    TensorCall call,
    BytesInFlight inFlight,
    InputPool pool,
    IOptions<MultiplexHttpOptions> options,
    ILocalModels? local = null)
{
    private readonly long _maxBytes = options.Value.MaxRequestBytes.Bytes;

    /// <summary>Answers a request to a model.</summary>
    public async Task AnswerAsync(HttpContext context, ModelKey model)
    {
        var key = model.ToString();

        // 1 The body, straight into tensors; its text is given back before the model is called.
        using var account = inFlight.Open(key);
        var memory = local?.IsHere(key) == true ? new InputMemory(pool) : null;
        var request = await ReadAsync(context, key, account, memory);

        // 2 The call.
        var asked = new InferenceOptions
        {
            Outputs = request.Outputs.Names,
            Timeout = request.Timeout,
            Priority = request.Priority,
            IsAwaitedAtOnce = true,
            InputMemory = memory,
        };
        var response = await call.InferAsync(model, request.Inputs, asked, context.RequestAborted);

        // 3 The answer. What it cannot carry is found before the first byte is written.
        account.ChargeAnyway(response.Bytes);
        JsonAnswer.Check(key, response, request.Outputs);
        context.Response.Headers["x-multiplex-silo"] = Printable(response.Silo);
        context.Response.Headers["x-multiplex-cold"] = response.IsCold ? "true" : "false";
        if (request.Outputs.HasBinary(response.Outputs))
        {
            await BinaryResponseWriter.WriteAsync(context.Response, model.Id, request, response, account, context.RequestAborted);
        }
        else
        {
            context.Response.ContentType = "application/json";
            await InferResponseWriter.WriteAsync(context.Response.BodyWriter, model.Id, request, response, context.RequestAborted);
        }

        memory?.GiveBack();
    }

    private async ValueTask<InferBody> ReadAsync(HttpContext context, string key, BytesInFlight.Account account, InputMemory? memory)
    {
        var jsonLength = BinaryHeader.Read(context.Request, key);
        await using var content = RequestContent.Open(context, _maxBytes);
        return jsonLength switch
        {
            null => await ReadJsonAsync(content, key, account, context.RequestAborted),
            0 => await ReadRawAsync(content, key, account, memory, context.RequestAborted),
            { } length => await ReadBinaryAsync(content, length, key, account, memory, context.RequestAborted),
        };
    }

    private async ValueTask<InferBody> ReadJsonAsync(RequestContent content, string key, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        using var json = await RequestBody.ReadAsync(content, null, account, cancellationToken);
        var scope = new ReadScope(key, json.Span.Length, _maxBytes, account);
        var body = InferRequestReader.Read(json.Span, scope);
        return body.BinaryInputs is [var input, ..]
            ? throw scope.Fault(input.Name, $"it has \"binary_data_size\", but the request has no header {BinaryHeader.Name} with the length of the JSON.")
            : body;
    }

    private async ValueTask<InferBody> ReadBinaryAsync(
        RequestContent content, long jsonLength, string key, BytesInFlight.Account account, InputMemory? memory, CancellationToken cancellationToken)
    {
        var (body, scope) = await ReadHeadAsync();
        return body with { Inputs = await BinaryInputs.ReadAsync(body, jsonLength, content, scope, cancellationToken) };

        // The text is given back before the bytes are read.
        async ValueTask<(InferBody Body, ReadScope Scope)> ReadHeadAsync()
        {
            using var json = await RequestBody.ReadAsync(content, jsonLength, account, cancellationToken);
            var scope = new ReadScope(key, json.Span.Length, _maxBytes, account, memory);
            return json.Span.Length == jsonLength
                ? (InferRequestReader.Read(json.Span, scope), scope)
                : throw scope.Fault($"The header {BinaryHeader.Name} announces {jsonLength} bytes of JSON, but the body has only {json.Span.Length} bytes.");
        }
    }

    private async ValueTask<InferBody> ReadRawAsync(
        RequestContent content, string key, BytesInFlight.Account account, InputMemory? memory, CancellationToken cancellationToken)
    {
        var time = descriptions.Start(allowed: null);
        var description = await descriptions.GetAsync(key, time, cancellationToken);
        var left = time.Left(key);
        var input = await RawInput.ReadAsync(
            description.Signature, content, new ReadScope(key, 0, _maxBytes, account, memory), account, cancellationToken);
        return new InferBody(null, [input], [], new WantedOutputs([], AreBinary: true), left, Priority: 0);
    }

    // A silo's name is free text, a header's value is not.
    private static string Printable(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? text
        : string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        });
}
