using System.Globalization;
using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Events;

/// <summary><c>GET /multiplex/events</c>, over a client whose pages a test makes.</summary>
public sealed class EventStreamTests
{
    [Fact]
    public async Task Stream_Events_ComeAsJsonWithThePositionAtTheLast()
    {
        await using var host = await StartAsync(Page("p1", One(1, "m"), One(2, "n")));

        var text = await ReadAsync(host, "/multiplex/events?follow=false");

        Assert.Equal(
            """
            data: {"at":"2026-01-01T00:00:01+00:00","kind":"evicted","silo":"silo-1","sequence":1,"pool":"Inference","model":"m","version":3,"reason":"quota","message":"Evicted.","count":1,"tookSeconds":0.5,"bytes":100}

            id: p1
            data: {"at":"2026-01-01T00:00:02+00:00","kind":"evicted","silo":"silo-1","sequence":2,"pool":"Inference","model":"n","version":3,"reason":"quota","message":"Evicted.","count":1,"tookSeconds":0.5,"bytes":100}


            """.ReplaceLineEndings("\n"),
            Sorted(text));
    }

    [Fact]
    public async Task Stream_NothingToTell_SaysWhereItIs()
    {
        await using var host = await StartAsync(Page("p1"));

        Assert.Equal("event: position\nid: p1\ndata: {}\n\n", Sorted(await ReadAsync(host, "/multiplex/events?follow=false")));
    }

    [Fact]
    public async Task Stream_LastEventId_GoesOnThere()
    {
        string? asked = null;
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetEvents = (after, _, _) =>
            {
                asked = after;
                return Task.FromResult(Page("p2"));
            },
        });

        await ReadAsync(host, "/multiplex/events?follow=false", ("Last-Event-ID", "p1"));

        Assert.Equal("p1", asked);
    }

    [Theory]
    [InlineData("kind=loaded", "")]
    [InlineData("kind=evicted,loaded", "1,2,3")]
    [InlineData("kind=loaded&kind=evicted", "1,2,3")]
    [InlineData("model=n", "2")]
    [InlineData("silo=silo-2", "3")]
    [InlineData("silo=silo-2&model=m", "3")]
    [InlineData("silo=silo-3", "")]
    public async Task Stream_Filtered_HasWhatWasAskedFor(string query, string expected)
    {
        await using var host = await StartAsync(Page("p1", One(1, "m"), One(2, "n"), One(3, "m") with { Silo = "silo-2" }));

        Assert.Equal(expected, Sequences(await ReadAsync(host, $"/multiplex/events?follow=false&{query}")));
    }

    [Fact]
    public async Task Stream_EventsThatAreMissing_AreToldWhateverTheFilter()
    {
        await using var host = await StartAsync(Page("p1", One(1, "m") with { Kind = ClusterEventKind.Missed, Model = null }));

        Assert.Equal("1", Sequences(await ReadAsync(host, "/multiplex/events?follow=false&model=other")));
    }

    [Fact]
    public async Task Stream_MoreThanOnePage_ComesWithoutAPause()
    {
        var pages = new Queue<ClusterEventPage>([Page("p1", One(1, "m")) with { HasMore = true }, Page("p2", One(2, "m"))]);
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnGetEvents = (_, _, _) => Task.FromResult(pages.Dequeue()) });

        Assert.Equal("1,2", Sequences(await ReadAsync(host, "/multiplex/events?follow=false")));
    }

    [Theory]
    [InlineData("kind=nothing", "is no kind of event; there are loaded, loadFailed")]
    [InlineData("last=-1", "from 0 to 1000")]
    [InlineData("last=1001", "from 0 to 1000")]
    [InlineData("follow=maybe", "true or false")]
    public async Task Stream_WrongParameter_IsSaid(string query, string expected)
    {
        await using var host = await StartAsync(Page("p1"));

        var reply = await host.GetAsync($"/multiplex/events?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(expected, reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WrongPosition_IsSaidBeforeItBegins()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnGetEvents = static (after, _, _) => throw new InvalidEventPositionException(after!) });

        var reply = await host.GetAsync("/multiplex/events", ("Last-Event-ID", "?"));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
    }

    [Fact]
    public async Task Stream_Followed_HasWhatHappensLaterAndEndsWhenTheServerStops()
    {
        var happened = new TaskCompletionSource();
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetEvents = (after, _, _) => Task.FromResult(
                after is null ? Page("p1", One(1, "m")) : after == "p1" && happened.Task.IsCompleted ? Page("p2", One(2, "m")) : Page(after)),
        });
        using var response = await host.Http.GetAsync(new Uri(host.Address, "/multiplex/events"), HttpCompletionOption.ResponseHeadersRead, HttpHost.Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(HttpHost.Cancellation));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("1", Sequences(await ReadOneAsync(reader)));

        happened.SetResult();

        Assert.Equal("2", Sequences(await ReadOneAsync(reader)));
        await host.StopAsync();
        Assert.Null(await reader.ReadLineAsync(HttpHost.Cancellation));
    }

    [Fact]
    public async Task Stream_TooManyReaders_AreRefusedAndTheOthersGoOn()
    {
        await using var host = await StartAsync(Page("p1", One(1, "m")));
        var readers = new List<HttpResponseMessage>();
        for (var i = 0; i < 32; i++)
        {
            readers.Add(await host.Http.GetAsync(new Uri(host.Address, "/multiplex/events"), HttpCompletionOption.ResponseHeadersRead, HttpHost.Cancellation));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.GetAsync("/multiplex/events")).Status);
        Assert.All(readers, static one => Assert.Equal(HttpStatusCode.OK, one.StatusCode));
        readers[0].Dispose();
        HttpStatusCode status;
        do
        {
            using var next = await host.Http.GetAsync(new Uri(host.Address, "/multiplex/events"), HttpCompletionOption.ResponseHeadersRead, HttpHost.Cancellation);
            status = next.StatusCode;
        }
        while (status == HttpStatusCode.TooManyRequests);

        Assert.Equal(HttpStatusCode.OK, status);
        readers.ForEach(static one => one.Dispose());
    }

    private static Task<HttpHost> StartAsync(ClusterEventPage first) =>
        HttpHost.StartAsync(new FakeMultiplexClient { OnGetEvents = (after, _, _) => Task.FromResult(after is null ? first : Page(after)) });

    private static ClusterEventPage Page(string position, params ClusterEvent[] events) => new() { Events = [.. events], Position = position, HasMore = false };

    private static ClusterEvent One(int sequence, string model) => new()
    {
        Silo = "silo-1",
        Sequence = sequence,
        At = new DateTimeOffset(2026, 1, 1, 0, 0, sequence, TimeSpan.Zero),
        Kind = ClusterEventKind.Evicted,
        Pool = "Inference",
        Model = model,
        Version = 3,
        Reason = "quota",
        Message = "Evicted.",
        Took = TimeSpan.FromSeconds(0.5),
        Bytes = 100,
    };

    private static async Task<string> ReadAsync(HttpHost host, string path, params (string Name, string Value)[] headers)
    {
        var reply = await host.GetAsync(path, headers);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply.Text;
    }

    private static async Task<string> ReadOneAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(HttpHost.Cancellation) is { Length: > 0 } line)
        {
            lines.Add(line);
        }

        return string.Join('\n', lines);
    }

    // The order of the fields of an event has no meaning.
    private static string Sorted(string text) => string.Join(
        "\n\n", text.ReplaceLineEndings("\n").Split("\n\n").Select(static one => string.Join('\n', one.Split('\n').OrderBy(Order))));

    private static int Order(string line) => line.StartsWith("event:", StringComparison.Ordinal) ? 0 : line.StartsWith("id:", StringComparison.Ordinal) ? 1 : 2;

    private static string Sequences(string text) => string.Join(',', text.Split('\n')
        .Select(static line => line.IndexOf("\"sequence\":", StringComparison.Ordinal) is >= 0 and var at ? line[(at + 11)..].Split(',')[0] : null)
        .OfType<string>()
        .Select(static number => int.Parse(number, CultureInfo.InvariantCulture)));
}
