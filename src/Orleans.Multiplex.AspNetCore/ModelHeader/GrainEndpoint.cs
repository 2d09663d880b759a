using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.ModelHeader;

/// <summary>One request to a multiplexed grain of the application's own: JSON in, JSON out.</summary>
internal sealed class GrainEndpoint<TGrain, TRequest, TResponse>(
    IMultiplexClient client,
    BytesInFlight inFlight,
    long maxBytes,
    JsonSerializerOptions options,
    Func<TGrain, TRequest, CancellationToken, Task<TResponse>> call)
    where TGrain : IGrainWithStringKey
{
    public async Task AnswerAsync(HttpContext context)
    {
        var model = ModelIdHeader.Read(context).ToString();
        using var account = inFlight.Open(model);
        using var body = await RequestBody.ReadAsync(context, maxBytes, account, context.RequestAborted);
        var request = Read(body.Span, model);
        var response = await client.CallAsync<TGrain, TResponse>(
            model, (grain, token) => call(grain, request, token), cancellationToken: context.RequestAborted);
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.BodyWriter, response, options, context.RequestAborted);
        await context.Response.CompleteAsync();
    }

    private TRequest Read(ReadOnlySpan<byte> body, string model)
    {
        try
        {
            return JsonSerializer.Deserialize<TRequest>(body, options)
                ?? throw new InvalidInputException(model, "", "The body is null; send the request as JSON.");
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(model, "", $"The body is not the JSON that this path takes: {e.Message}");
        }
    }
}
