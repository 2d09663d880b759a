using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Orleans.Multiplex.AspNetCore.ModelHeader;

/// <summary>One request to a multiplexed grain of the application's own: JSON in, JSON out, as the application has set its JSON.</summary>
internal sealed class GrainEndpoint(
    IMultiplexClient client, BytesInFlight inFlight, IOptions<MultiplexHttpOptions> options, IOptions<HttpJsonOptions> json)
{
    private readonly long _maxBytes = options.Value.MaxRequestBytes.Bytes;
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    public async Task AnswerAsync<TGrain, TRequest, TResponse>(
        HttpContext context, Func<TGrain, TRequest, CancellationToken, Task<TResponse>> call)
        where TGrain : IGrainWithStringKey
    {
        var model = ModelIdHeader.Read(context).ToString();
        using var account = inFlight.Open(model);
        await using var content = RequestContent.Open(context, _maxBytes);
        using var body = await RequestBody.ReadAsync(content, null, account, context.RequestAborted);
        var request = Read<TRequest>(body.Span, model);
        var response = await client.CallAsync<TGrain, TResponse>(
            model, (grain, token) => call(grain, request, token), cancellationToken: context.RequestAborted);
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.BodyWriter, response, _json, context.RequestAborted);
    }

    private T Read<T>(ReadOnlySpan<byte> body, string model)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, _json)
                ?? throw new InvalidInputException(model, "", "The body is null; send the request as JSON.");
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(model, "", $"The body is not the JSON that this path takes: {e.Message}");
        }
    }
}
