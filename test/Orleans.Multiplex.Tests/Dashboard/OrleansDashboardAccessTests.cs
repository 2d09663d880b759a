using System.Net;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard;

/// <summary>Who sees Orleans' own dashboard, whose endpoints are another's: each is in the table, or the test of the table fails.</summary>
[Collection("loopback ports")]
public sealed class OrleansDashboardAccessTests(OrleansDashboardHost host) : IClassFixture<OrleansDashboardHost>
{
    private const string Foreign = "http://evil.example";

    // Every endpoint, with a path that it answers.
    private static readonly (string Pattern, string Path)[] Table =
    [
        ("/", "/"),
        ("/index.html", "/index.html"),
        ("/favicon.ico", "/favicon.ico"),
        ("/index.min.js", "/index.min.js"),
        ("/index.css", "/index.css"),
        ("/fonts/{**path}", "/fonts/none.woff2"),
        ("/img/{**path}", "/img/none.png"),
        ("/version", "/version"),
        ("/DashboardCounters", "/DashboardCounters"),
        ("/ClusterStats", "/ClusterStats"),
        ("/Reminders", "/Reminders"),
        ("/Reminders/{page:int}", "/Reminders/1"),
        ("/HistoricalStats/{*path}", "/HistoricalStats/S127.0.0.1:1:1"),
        ("/SiloProperties/{*address}", "/SiloProperties/S127.0.0.1:1:1"),
        ("/SiloMetadata/{*address}", "/SiloMetadata/S127.0.0.1:1:1"),
        ("/SiloStats/{*address}", "/SiloStats/S127.0.0.1:1:1"),
        ("/SiloCounters/{*address}", "/SiloCounters/S127.0.0.1:1:1"),
        ("/GrainStats/{*grainName}", "/GrainStats/none"),
        ("/TopGrainMethods", "/TopGrainMethods"),
        ("/GrainState", "/GrainState"),
        ("/LifecycleStages", "/LifecycleStages"),
        ("/GrainTypes", "/GrainTypes"),
        ("/Trace", "/Trace"),
    ];

    public static TheoryData<string, string?, string?, bool> Callers => new()
    {
        // What comes, with which key, from which origin, and whether it is let through.
        { "no key", null, null, false },
        { "a wrong key", "nobody", null, false },
        { "a key without the right to read", "infer", null, false },
        { "a key that reads some models only", "team", null, false },
        { "a key that reads all models", "read", null, true },
        { "a key that reads all models, from elsewhere", "read", Foreign, false },
    };

    [Fact]
    public void Table_EveryEndpointOfOrleansDashboard_IsInIt() => Assert.Equal(
        Table.Select(static row => row.Pattern).Order(StringComparer.Ordinal),
        host.Endpoints.Select(OrleansDashboardHost.PatternOf).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task EveryEndpoint_ByEachOfItsVerbs_IsForWhoMayReadEverything(string caller, string? key, string? origin, bool isAnswered)
    {
        var faults = new List<string>();
        foreach (var endpoint in host.Endpoints)
        {
            foreach (var verb in VerbsOf(endpoint))
            {
                var reply = await SendAsync(verb, endpoint, key, origin);
                if (IsRefusal(reply) == isAnswered)
                {
                    faults.Add($"{verb} {endpoint.RoutePattern.RawText} with {caller}: {reply.Status}");
                }
            }
        }

        Assert.Equal("", string.Join('\n', faults));
    }

    // There is nothing to change; what else is mapped at the path, which is a page of ours where nothing is found, must not be reached either.
    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task EveryPath_ChangingRequestFromElsewhere_IsRefused(string verb)
    {
        var faults = new List<string>();
        foreach (var endpoint in host.Endpoints)
        {
            var reply = await SendAsync(verb, endpoint, "read", Foreign);
            var isNothing = reply.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed && reply.Text.Length == 0;
            if (!IsRefusal(reply) && !isNothing)
            {
                faults.Add($"{verb} {endpoint.RoutePattern.RawText}: {reply.Status}");
            }
        }

        Assert.Equal("", string.Join('\n', faults));
    }

    // Its page of logs streams all of them.
    [Fact]
    public async Task Trace_IsHiddenFromEverybody()
    {
        var reply = await SendAsync("GET", host.Endpoints.Single(static endpoint => PathOf(endpoint) == "/Trace"), "read", origin: null);

        Assert.Equal((HttpStatusCode.Forbidden, false), (reply.Status, IsRefusal(reply)));
    }

    // Orleans may answer that something is forbidden, too, but in other words.
    private static bool IsRefusal(Reply reply) =>
        reply.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && reply.Text.StartsWith("""{"error":""", StringComparison.Ordinal);

    private static IEnumerable<string> VerbsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: { Count: > 0 } verbs } ? verbs : ["GET", "POST"];

    private static string PathOf(RouteEndpoint endpoint)
    {
        var pattern = OrleansDashboardHost.PatternOf(endpoint);
        return Table.Single(row => row.Pattern == pattern).Path;
    }

    private Task<Reply> SendAsync(string verb, RouteEndpoint endpoint, string? key, string? origin) => host.Http.SendAsync(
        new HttpMethod(verb),
        $"{OrleansDashboardHost.Root}{PathOf(endpoint)}",
        verb == "GET" ? null : "",
        [
            .. key is null ? [] : new[] { ("authorization", $"Bearer key-{key}") },
            .. origin is null ? [] : new[] { ("origin", origin) },
        ]);
}
