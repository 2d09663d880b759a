using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.Events;

/// <summary>Answers with the events of the cluster as they happen, as server-sent events.</summary>
/// <remarks>
/// The position goes with the last event of each look at the silos, so that who comes again with it misses none; a look whose events broke off in the middle comes again. Where nothing was sent for a while it goes alone, which also
/// shows whether the reader is still there.
/// </remarks>
internal sealed class EventStream(IMultiplexClient client, ServerStop stop, TimeProvider time)
{
    /// <summary>The type of what tells nothing but the position. Events themselves have the usual type.</summary>
    public const string PositionType = "position";

    /// <summary>Tells proxies to pass on what comes at once.</summary>
    public const string BufferingHeader = "X-Accel-Buffering";

    /// <summary>Each asks all silos some times a second.</summary>
    private const int MostReaders = 32;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private int _readers;

    /// <summary>Answers until the reader goes or the server stops; or, where it is not to follow, with what is there.</summary>
    /// <param name="context">The request.</param>
    /// <param name="after">The position after which the reader wants events; null for the last ones.</param>
    /// <param name="last">How many of the last ones.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="follows">Whether events to come are wanted.</param>
    public async Task AnswerAsync(HttpContext context, string? after, int last, EventFilter filter, bool follows)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop.Token);
        try
        {
            if (Interlocked.Increment(ref _readers) > MostReaders && follows)
            {
                throw new OverloadedException("", $"{MostReaders} others follow the events here already. Ask another gateway or silo, or come again.", TimeSpan.FromSeconds(10));
            }

            // What is wrong with the position is known, and answered, before the stream begins.
            var first = await client.GetEventsAsync(after, last, context.RequestAborted);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers[BufferingHeader] = "no";
            var grant = AccessGrant.Of(context);
            await SseFormatter.WriteAsync(
                ReadAsync(first, page => EventView.Of(page.Events, grant).Where(filter.Admits), follows, end.Token),
                context.Response.Body,
                static (item, buffer) =>
                {
                    using var json = new Utf8JsonWriter(buffer, JsonBody.Options);
                    Write(json, item.Data);
                },
                end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or the server stops: it comes again with its position.
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    private async IAsyncEnumerable<SseItem<ClusterEvent?>> ReadAsync(
        ClusterEventPage page, Func<ClusterEventPage, IEnumerable<ClusterEvent>> choose, bool follows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? sentAt = null;
        while (true)
        {
            ClusterEvent? pending = null;
            foreach (var one in choose(page))
            {
                if (pending is not null)
                {
                    yield return new SseItem<ClusterEvent?>(pending);
                }

                pending = one;
            }

            var isOver = !follows && !page.HasMore;
            if (pending is not null || isOver || sentAt is not { } at || time.GetElapsedTime(at) >= LongestSilence)
            {
                yield return new SseItem<ClusterEvent?>(pending, pending is null ? PositionType : null) { EventId = page.Position };
                sentAt = time.GetTimestamp();
            }

            if (isOver)
            {
                yield break;
            }

            if (!page.HasMore)
            {
                await Task.Delay(BetweenLooks, time, cancellationToken);
            }

            page = await client.GetEventsAsync(page.Position, 0, cancellationToken);
        }
    }

    private static void Write(Utf8JsonWriter json, ClusterEvent? one)
    {
        if (one is not null)
        {
            EventJson.Write(json, one);
        }
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }
}
