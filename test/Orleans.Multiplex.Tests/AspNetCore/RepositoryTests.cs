using System.Net;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class RepositoryTests
{
    private static readonly (string, string) Own = ("x-multiplex-control", "1");

    private static FakeMultiplexClient Listing => new()
    {
        OnGetIndex = static (after, limit, readyOnly) => (after, readyOnly) switch
        {
            (_, true) => new([new("ready", 1, ModelIndexState.Ready, "")], null),
            (null, _) => new([new("cold", null, null, ""), new("gone", 2, ModelIndexState.Unavailable, "unloaded: Quota")], "gone"),
            _ => new([new("loading", 3, ModelIndexState.Loading, ""), new("unloading", 4, ModelIndexState.Unloading, "")], null),
        },
    };

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"ready":null,"parameters":null}""")]
    [InlineData("""{"ready":false,"unknown":[1,{"a":2}]}""")]
    public async Task Index_ListsAllPartsWithStates(string? body)
    {
        await using var host = await HttpHost.StartAsync(Listing);

        var reply = (await host.SendAsync(HttpMethod.Post, "/v2/repository/index", body)).IsOk();

        Assert.Equal(
            """[{"name":"cold"},{"name":"gone","version":"2","state":"UNAVAILABLE","reason":"unloaded: Quota"},{"name":"loading","version":"3","state":"LOADING","reason":""},{"name":"unloading","version":"4","state":"UNLOADING","reason":""}]""",
            reply.Text);
        Assert.Equal(["index  1000 False", "index gone 1000 False"], host.Fake.Controls);
        Assert.False(reply.Headers.ContainsKey("x-multiplex-next"));
    }

    /// <summary>What is written cannot be taken back: the answer is cut off, and nobody takes it for whole.</summary>
    [Fact]
    public async Task Index_FailsAfterItsFirstPart_IsCutOff()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetIndex = static (after, _, _) => after is null
                ? new([.. Enumerable.Range(0, 1000).Select(static i => new ModelIndexEntry($"m{i}", null, null, ""))], "m999")
                : throw new StoreUnavailableException("", "the store is down."),
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => host.PostAsync("/v2/repository/index", "{}"));

        Assert.DoesNotContain(host.Log.Entries, static entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Index_ReadyOnly_ListsTheReadyOnes()
    {
        await using var host = await HttpHost.StartAsync(Listing);

        Assert.Equal(
            """[{"name":"ready","version":"1","state":"READY","reason":""}]""",
            (await host.PostAsync("/v2/repository/index", """{"ready":true}""")).IsOk().Text);
    }

    [Fact]
    public async Task Index_WithALimit_IsOnePartAndNamesTheNext()
    {
        await using var host = await HttpHost.StartAsync(Listing);

        var first = (await host.SendAsync(HttpMethod.Post, "/v2/repository/index?limit=2")).IsOk();
        var second = (await host.SendAsync(HttpMethod.Post, "/v2/repository/index?limit=2&after=gone")).IsOk();

        Assert.Equal("gone", first.Headers["x-multiplex-next"]);
        Assert.Equal(2, first.Json.GetArrayLength());
        Assert.False(second.Headers.ContainsKey("x-multiplex-next"));
        Assert.Equal(["index  2 False", "index gone 2 False"], host.Fake.Controls);
        foreach (var wrong in new[] { "0", "10001", "x", "-1", "" })
        {
            (await host.SendAsync(HttpMethod.Post, $"/v2/repository/index?limit={wrong}")).IsError(HttpStatusCode.BadRequest, "limit");
        }
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"ready":1}""", "ready")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("null x", "not valid JSON")]
    [InlineData("""{"parameters":{"\ud800":1}}""", "not valid UTF-8")]
    public async Task Index_WrongBody_IsRefused(string body, string why)
    {
        await using var host = await HttpHost.StartAsync(Listing);

        (await host.PostAsync("/v2/repository/index", body)).IsError(HttpStatusCode.BadRequest, why);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Index_NamesThatAreNoText_ArePassedOver()
    {
        await using var host = await HttpHost.StartAsync(Listing);

        Assert.Equal(4, (await host.PostAsync("/v2/repository/index", """{"\ud800":1,"re\udc00dy":{"a":[2]}}""")).IsOk().Json.GetArrayLength());
    }

    [Fact]
    public async Task Index_OfALimitedKey_IsReadInLargePartsAndCutToTheLimit()
    {
        // Every third model is of the team; the first one has two versions.
        var store = Enumerable.Range(0, 2500).Select(static i => i % 3 == 2 ? $"team/m{i:0000}" : $"other/m{i:0000}").Order(StringComparer.Ordinal).ToList();
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient
            {
                OnGetIndex = (after, limit, _) =>
                {
                    var part = store.Where(name => string.CompareOrdinal(name, after ?? "") > 0).Take(limit).ToList();
                    var last = part.LastOrDefault();
                    return new([.. part.SelectMany(static name => Versions(name))], last is null || last == store[^1] ? null : last);
                },
            },
            static settings => Access.AccessHost.SetKey(settings, "team", "read", "team"));

        var first = (await host.SendAsync(HttpMethod.Post, "/v2/repository/index?limit=1", null, ("authorization", "Bearer key-team"))).IsOk();
        Assert.Equal("""[{"name":"team/m0002","version":"1","state":"READY","reason":""},{"name":"team/m0002","version":"2","state":"READY","reason":""}]""", first.Text);
        Assert.Equal("team/m0002", first.Headers["x-multiplex-next"]);
        Assert.Equal(["index  1000 False", "index other/m1498 1000 False"], host.Fake.Controls);

        var seen = 1;
        for (var next = "team/m0002"; next is not null;)
        {
            var part = (await host.SendAsync(HttpMethod.Post, $"/v2/repository/index?limit=400&after={Uri.EscapeDataString(next)}", null, ("authorization", "Bearer key-team"))).IsOk();
            seen += part.Json.GetArrayLength();
            next = part.Headers.GetValueOrDefault("x-multiplex-next");
        }

        Assert.Equal(store.Count(static name => name.StartsWith("team", StringComparison.Ordinal)), seen);

        static IEnumerable<ModelIndexEntry> Versions(string name) => name == "team/m0002"
            ? [new(name, 1, ModelIndexState.Ready, ""), new(name, 2, ModelIndexState.Ready, "")]
            : [new(name, null, null, "")];
    }

    [Fact]
    public async Task Index_StoreIsDown_IsUnavailable()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetIndex = static (_, _, _) => throw new StoreUnavailableException("", "down", TimeSpan.FromSeconds(2)),
        });

        Assert.Equal("2", (await host.SendAsync(HttpMethod.Post, "/v2/repository/index")).IsError(HttpStatusCode.ServiceUnavailable, "down").Headers["Retry-After"]);
    }

    [Theory]
    [InlineData("load", null)]
    [InlineData("load", """{"parameters":{}}""")]
    [InlineData("load", """{"parameters":null}""")]
    [InlineData("load", "null")]
    [InlineData("unload", " null ")]
    [InlineData("unload", """{"parameters":{"unload_dependents":false}}""")]
    public async Task LoadAndUnload_AreDoneWithAnEmptyAnswer(string verb, string? body)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.SendAsync(HttpMethod.Post, $"/v2/repository/models/team%2Firis/{verb}", body, Own);

        Assert.Equal((HttpStatusCode.OK, ""), (reply.Status, reply.Text));
        Assert.Equal([$"{verb} team/iris"], host.Fake.Controls);
    }

    [Theory]
    [InlineData("""{"parameters":{"config":"{}"}}""", "config")]
    [InlineData("""{"parameters":{"a":1,"file:1/model.onnx":"AAAA"}}""", "file:1/model.onnx")]
    public async Task Load_WithFilesOrAConfiguration_IsNotSupportedAndDoesNothing(string body, string parameter)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.SendAsync(HttpMethod.Post, "/v2/repository/models/iris/load", body, Own)).IsError(HttpStatusCode.NotImplemented, parameter);

        Assert.Empty(host.Fake.Controls);
    }
}
