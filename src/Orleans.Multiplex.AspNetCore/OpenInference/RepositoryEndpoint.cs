using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Answers the calls of the protocol's model repository over HTTP.</summary>
internal sealed class RepositoryEndpoint(IMultiplexClient client, IndexReader index, BytesInFlight inFlight, IOptions<MultiplexHttpOptions> options)
{
    /// <summary>The most models of one part of the index.</summary>
    public const int MostPerPart = 10_000;

    private const int UsualPart = 1000;

    /// <summary>Writes the index: all of it, part by part as it comes, or the one part that is asked for.</summary>
    public async Task ListAsync(HttpContext context, int? limit, string? after)
    {
        var readyOnly = (await ReadAsync(context, "")).ReadyOnly;

        // The first part before the first byte: what fails, fails there.
        var grant = AccessGrant.Of(context);
        var page = await index.ReadAsync(grant, after, limit ?? UsualPart, readyOnly, context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        if (limit is not null && page.Next is { } next)
        {
            context.Response.Headers[RepositoryRoutes.NextHeader] = next;
        }

        var pipe = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(pipe, JsonBody.Options);
        json.WriteStartArray();
        Write(json, page);
        while (limit is null && page.Next is not null)
        {
            await JsonBody.FlushAsync(json, pipe, context.RequestAborted);
            page = await index.ReadAsync(grant, page.Next, UsualPart, readyOnly, context.RequestAborted);
            Write(json, page);
        }

        json.WriteEndArray();
        await json.FlushAsync(context.RequestAborted);
        await pipe.FlushAsync(context.RequestAborted);
    }

    public async Task LoadAsync(HttpContext context, ModelKey model)
    {
        (await ReadAsync(context, model.ToString())).RequireNoUpload();
        await client.LoadAsync(model.ToString(), context.RequestAborted);
    }

    public async Task UnloadAsync(HttpContext context, ModelKey model)
    {
        await ReadAsync(context, model.ToString());
        await client.UnloadAsync(model.ToString(), context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, ModelIndexPage page)
    {
        foreach (var entry in page.Entries)
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Model);
            if (entry is { Version: { } version, State: { } state })
            {
                json.WriteString("version", version.ToString(CultureInfo.InvariantCulture));
                json.WriteString("state", state.GetProtocolName());
                json.WriteString("reason", entry.Reason);
            }

            json.WriteEndObject();
        }
    }

    private async Task<RepositoryRequest> ReadAsync(HttpContext context, string model)
    {
        using var account = inFlight.Open(model);
        await using var content = RequestContent.Open(context, options.Value.MaxRequestBytes.Bytes);
        using var body = await RequestBody.ReadAsync(content, null, account, context.RequestAborted);
        return RepositoryRequest.Read(body.Span, model);
    }
}
