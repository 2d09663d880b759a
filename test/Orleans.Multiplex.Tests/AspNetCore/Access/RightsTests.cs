using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.Access.Outcome;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>Every endpoint, HTTP and gRPC, asked by every kind of caller.</summary>
public sealed class RightsTests
{
    private static readonly (string Name, string Value) Control = ("x-multiplex-control", "1");
    private static readonly (string Name, string Value) Remote = (HttpHost.RemoteAddressHeader, "10.0.0.1");
    private static readonly (string Name, string Value) Forwarded = ("x-forwarded-for", "10.0.0.1");
    private static readonly (string Name, string Value) ForeignHost = ("host", "models.example");

    // Who calls, with what; and how a probe, inference, a read, an operation over HTTP and over gRPC, and the document of what can be asked go for them.
    private static readonly Dictionary<string, ((string Name, string Value)[] Headers, Outcome[] ByRight)> WithoutKeys = new()
    {
        ["here"] = ([Control], [Answered, Answered, Answered, Answered, Answered, Answered]),
        ["here, perhaps a web page"] = ([], [Answered, Answered, Answered, Forbidden, Answered, Answered]),
        ["elsewhere"] = ([Control, Remote], [Answered, Answered, Forbidden, Forbidden, Forbidden, Forbidden]),
        ["forwarded"] = ([Control, Forwarded], [Answered, Answered, Forbidden, Forbidden, Forbidden, Forbidden]),
        ["foreign Host"] = ([Control, ForeignHost], [Answered, Answered, Forbidden, Forbidden, Forbidden, Forbidden]),
        ["with a key that nobody asked for"] = ([Control, Key("read")], [Answered, Answered, Answered, Answered, Answered, Answered]),
    };

    private static readonly Dictionary<string, ((string Name, string Value)[] Headers, Outcome[] ByRight)> WithKeys = new()
    {
        ["no key, from here"] = ([Control], [Answered, Unauthenticated, Unauthenticated, Unauthenticated, Unauthenticated, Answered]),
        ["no key, forwarded"] = ([Control, Forwarded], [Answered, Unauthenticated, Unauthenticated, Unauthenticated, Unauthenticated, Answered]),
        ["wrong key"] = ([Control, Key("nobody")], [Answered, Unauthenticated, Unauthenticated, Unauthenticated, Unauthenticated, Answered]),
        ["key as another scheme"] = ([("authorization", "Basic key-all")], [Answered, Unauthenticated, Unauthenticated, Unauthenticated, Unauthenticated, Answered]),
        ["hash for a key"] = ([("authorization", $"Bearer {AccessHost.HashOf("key-all")}")], [Answered, Unauthenticated, Unauthenticated, Unauthenticated, Unauthenticated, Answered]),
        ["infer"] = ([Key("infer")], [Answered, Answered, Forbidden, Forbidden, Forbidden, Answered]),
        ["read"] = ([Key("read")], [Answered, Forbidden, Answered, Forbidden, Forbidden, Answered]),
        ["operate"] = ([Key("operate")], [Answered, Forbidden, Forbidden, Answered, Answered, Answered]),
        ["all"] = ([Key("all")], [Answered, Answered, Answered, Answered, Answered, Answered]),
        ["all, elsewhere, forwarded"] = ([Key("all"), Remote, Forwarded], [Answered, Answered, Answered, Answered, Answered, Answered]),
        ["all, foreign Host"] = ([Key("all"), ForeignHost], [Answered, Answered, Answered, Answered, Answered, Answered]),
        ["right prefix"] = ([Key("team-a")], [Answered, Answered, Answered, Answered, Answered, Answered]),
        ["wrong prefix"] = ([Key("team-b")], [Answered, Answered, Answered, Answered, Answered, Answered]),
    };

    public static TheoryData<string> CallersWithoutKeys => [.. WithoutKeys.Keys];

    public static TheoryData<string> CallersWithKeys => [.. WithKeys.Keys];

    [Fact]
    public async Task Table_EveryEndpointOfTheServer_IsInIt()
    {
        await using var host = await AccessHost.StartAsync();

        var there = host.Host.Endpoints.Select(endpoint =>
            $"{(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } verbs ? string.Join(',', verbs) : "*")} /{endpoint.RoutePattern.RawText!.TrimStart('/')}").ToList();

        // What answers all verbs is the 405 of an endpoint, or the 404 below a path.
        var listed = EndpointTable.All.Select(endpoint => endpoint.Name)
            .Concat(EndpointTable.All.Where(endpoint => endpoint is { IsRpc: false, IsOfAnother: false }).Select(endpoint => $"* {endpoint.Pattern}"))
            .Concat(EndpointTable.Unknown.Select(pattern => $"* {pattern}"))
            .ToList();
        Assert.True(there.Contains("POST /v2/models/{model}/infer"), "The server's endpoints are not seen.");
        Assert.Equal("", string.Join('\n', there.Except(listed)));
        Assert.Equal("", string.Join('\n', listed.Except(there)));
    }

    [Theory]
    [MemberData(nameof(CallersWithoutKeys))]
    public async Task EveryEndpoint_WithoutKeys_IsAnsweredByItsRight(string caller)
    {
        await using var host = await AccessHost.StartAsync();

        Assert.Equal("", await FindFaultsAsync(host, WithoutKeys[caller], hasPrefix: false, wrongPrefix: false));
    }

    [Theory]
    [MemberData(nameof(CallersWithKeys))]
    public async Task EveryEndpoint_WithKeys_IsAnsweredByItsRight(string caller)
    {
        await using var host = await AccessHost.StartAsync(static settings =>
        {
            AccessHost.SetKey(settings, "infer", "infer");
            AccessHost.SetKey(settings, "read", "read");
            AccessHost.SetKey(settings, "operate", "operate");
            AccessHost.SetKey(settings, "all", "infer,read,operate");
            AccessHost.SetKey(settings, "team-a", "infer,read,operate", "team-a");
            AccessHost.SetKey(settings, "team-b", "infer,read,operate", "team-b/");
        });

        Assert.Equal("", await FindFaultsAsync(host, WithKeys[caller], hasPrefix: caller is "right prefix" or "wrong prefix", wrongPrefix: caller == "wrong prefix"));
    }

    private static async Task<string> FindFaultsAsync(AccessHost host, ((string, string)[] Headers, Outcome[] ByRight) caller, bool hasPrefix, bool wrongPrefix)
    {
        var faults = new List<string>();
        foreach (var endpoint in EndpointTable.All)
        {
            var isRefused = (wrongPrefix && endpoint.Models == ModelUse.Names) || (hasPrefix && endpoint.Models == ModelUse.All);
            var expected = isRefused ? Forbidden : caller.ByRight[Column(endpoint)];
            host.Asked.Clear();
            var (outcome, answer) = await host.SendAsync(endpoint, caller.Headers);

            // What is not there says so to everybody who passed the filter.
            var isAsExpected = outcome == (endpoint.IsNothing && expected == Answered ? NotThere : expected);
            var mayTell = expected == Answered && !wrongPrefix;
            if (!isAsExpected || (!mayTell && (host.Asked.Contains(EndpointTable.Model) || answer.Contains("iris", StringComparison.Ordinal))))
            {
                faults.Add($"{endpoint.Name}: {outcome} instead of {expected}; asked for '{string.Join(',', host.Asked)}'; told: {answer}");
            }
        }

        return string.Join('\n', faults);
    }

    private static int Column(AnEndpoint endpoint) => endpoint.Right switch
    {
        Right.Probe => 0,
        Right.Infer => 1,
        Right.Read => 2,
        Right.Document => 5,
        _ => endpoint.IsRpc ? 4 : 3,
    };

    private static (string Name, string Value) Key(string name) => ("authorization", $"Bearer key-{name}");
}
