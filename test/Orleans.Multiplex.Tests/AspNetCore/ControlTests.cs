using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ControlTests
{
    private static readonly (string, string) Own = ("x-multiplex-control", "1");

    [Theory]
    [InlineData("load", "iris", "iris")]
    [InlineData("unload", "team%2Firis", "team/iris")]
    [InlineData("pin", "iris@2", "iris@2")]
    [InlineData("unpin", "iris", "iris")]
    public async Task Verb_IsDoneAndAnsweredWithWhereTheModelIs(string verb, string path, string model)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = (await host.SendAsync(HttpMethod.Post, $"/multiplex/models/{path}/{verb}", null, Own)).IsOk();

        Assert.Equal([$"{verb} {model}"], host.Fake.Controls);
        Assert.Equal(model, reply.Json.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("POST", "/multiplex/models/team/iris/pin", HttpStatusCode.NotFound, "%2F")]
    [InlineData("POST", "/multiplex/models/team/iris", HttpStatusCode.MethodNotAllowed, "GET requests only")]
    [InlineData("DELETE", "/multiplex/models/team/iris/pin", HttpStatusCode.MethodNotAllowed, "GET requests only")]
    [InlineData("POST", "/v2/models/team/iris/infer", HttpStatusCode.NotFound, "%2F")]
    public async Task Path_WithASlashInTheId_SaysHowItIsWritten(string verb, string path, HttpStatusCode status, string told)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.SendAsync(new HttpMethod(verb), path, null, Own)).IsError(status, told);
        Assert.Empty(host.Fake.Controls);
    }

    [Fact]
    public async Task Verb_Refused_SaysWhy()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnControl = static (verb, model) => throw (verb switch
            {
                "pin" => new PinRefusedException(model, "would have to go: 'a'", ["a"]),
                "load" => new ModelNotFoundException(model, "no such model"),
                _ => new ModelPinnedException(model, model, PinOrigin.Settings),
            }),
        });

        (await PostAsync("pin")).IsError(HttpStatusCode.Conflict, "would have to go: 'a'");
        (await PostAsync("unload")).IsError(HttpStatusCode.Conflict, "Multiplex:Pinned");
        (await PostAsync("load")).IsError(HttpStatusCode.NotFound);

        Task<Reply> PostAsync(string verb) => host.SendAsync(HttpMethod.Post, $"/multiplex/models/iris/{verb}", null, Own);
    }

    [Theory]
    [InlineData("team", "go: 'team/b' and 2 others that your key is not for")]
    [InlineData("team/iris", "go: 3 others that your key is not for")]
    [InlineData("alone", "go: 1 other that your key is not for", "secret")]
    public async Task Pin_RefusedForOthersModels_DoesNotNameThem(string prefix, string told, params string[] inTheWay)
    {
        inTheWay = inTheWay.Length > 0 ? inTheWay : ["secret", "team/b", "teams/c"];
        var model = prefix == "alone" ? "alone" : "team/iris";
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient
            {
                OnControl = (_, model) => throw new PinRefusedException(model, $"would have to go: {string.Join(", ", inTheWay)}", [.. inTheWay]),
            },
            settings =>
            {
                Access.AccessHost.SetKey(settings, "limited", "operate", prefix);
                Access.AccessHost.SetKey(settings, "all", "operate");
            });

        var refused = (await PinAsync("limited")).IsError(HttpStatusCode.Conflict, told, "Unpin them");
        Assert.DoesNotContain("secret", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("teams/c", refused.Text, StringComparison.Ordinal);
        (await PinAsync("all")).IsError(HttpStatusCode.Conflict, "secret");

        Task<Reply> PinAsync(string key) =>
            host.SendAsync(HttpMethod.Post, $"/multiplex/models/{Uri.EscapeDataString(model)}/pin", null, ("authorization", $"Bearer key-{key}"));
    }

    [Fact]
    public async Task Pins_AreListed()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            Pins = [new PinReport("a", PinOrigin.Settings, "silo-1"), new PinReport("b@2", PinOrigin.Operator, null)],
        });

        Assert.Equal(
            """{"pins":[{"model":"a","origin":"settings","silo":"silo-1"},{"model":"b@2","origin":"operator","silo":null}]}""",
            (await host.GetAsync("/multiplex/pins")).IsOk().Text);
    }

    [Fact]
    public async Task Quarantine_IsListedAndCleared()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { Quarantine = [new("team/iris", 3, "silo-1", at, "it ended a silo")] });
        const string Listed = """{"quarantine":[{"model":"team/iris","version":3,"silo":"silo-1","at":"2026-01-02T03:04:05+00:00","reason":"it ended a silo"}]}""";

        Assert.Equal(Listed, (await host.GetAsync("/multiplex/quarantine")).IsOk().Text.Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal(Listed, (await ClearAsync("team/iris@3")).IsOk().Text.Replace("\\u002B", "+", StringComparison.Ordinal));
        (await ClearAsync("team%2Firis")).IsOk();
        (await ClearAsync("no id")).IsError(HttpStatusCode.BadRequest);
        (await host.PostAsync("/multiplex/quarantine/iris", "", Own)).IsError(HttpStatusCode.MethodNotAllowed, "DELETE requests only");
        Assert.Equal(["clear team/iris@3", "clear team/iris"], host.Fake.Controls);

        Task<Reply> ClearAsync(string path) => host.SendAsync(HttpMethod.Delete, $"/multiplex/quarantine/{path}", null, Own);
    }

    [Fact]
    public async Task Quarantine_NothingOfTheModel_Is404()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnControl = static (_, model) => throw new ModelNotFoundException(model, "No version of it is quarantined.") });

        (await host.SendAsync(HttpMethod.Delete, "/multiplex/quarantine/iris", null, Own)).IsError(HttpStatusCode.NotFound, "quarantined");
    }
}
