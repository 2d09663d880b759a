using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Orleans.Multiplex.Testing.OpenApi;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>The OpenAPI document of a real gateway: every request that it shows is sent, to the sample models.</summary>
public sealed class OpenApiTests
{
    // Their errors name the silos that there are.
    private static readonly string[] VaryingErrors = ["drainSilo"];

    // Their answers have times, names and bytes of this machine, or tell what was asked before.
    private static readonly HashSet<string> Varying =
    [
        "getServer", "getStatistics", "getModelStatistics", "getModelStatisticsOfVersion", "listRepository", "getSilos", "whereIsModel",
        "operateLoad", "operateUnload", "getEvents", "getHistory", "pin", "unpin", "getPins", "getQuarantine",
    ];

    [Fact]
    public async Task Examples_SentToAGateway_AreAnsweredAsTheDocumentSays()
    {
        var folder = Directory.CreateTempSubdirectory("multiplex-openapi-");
        try
        {
            await using var gateway = await HostProcess.StartAsync(
                ProcessCluster.Gateway, "gateway", [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={folder.FullName}"]);
            using var http = gateway.CreateClient();
            var document = ApiDocument.Parse(await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
            var check = new SchemaCheck(document);
            var calls = document.Calls.ToList();

            // In their order: what loads and pins a model stands before what unloads and unpins it.
            var faults = new List<string>();
            foreach (var call in calls)
            {
                faults.AddRange((await FindFaultsAsync(http, call, check)).Select(fault => $"{call.Operation} {call.Example}: {fault}"));
            }

            Assert.True(faults.Count == 0, string.Join('\n', faults));
            Assert.Equal(document.Operations.Count(), calls.Select(static call => call.Operation).Distinct().Count());
            Assert.True(calls.Count >= 40, $"Only {calls.Count} requests were sent.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Silo_HasTheDocumentAndThePage()
    {
        await using var cluster = await ProcessCluster.StartAsync(1, ProcessCluster.Silo);
        using var http = cluster.Silos[0].CreateClient();

        Assert.Contains("\"openapi\":", await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("scalar.js", await http.GetStringAsync("/scalar/", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> FindFaultsAsync(HttpClient http, DocumentedCall call, SchemaCheck check)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Verb), new Uri(call.Path, UriKind.Relative));
        foreach (var (name, value) in call.Headers)
        {
            request.Headers.Add(name, value);
        }

        if (call.Body is { } body)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var answered = string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode} {text}");
        if ((int)response.StatusCode != call.Status || (text.Length == 0) != (call.AnswerSchema is null))
        {
            return [answered];
        }

        var faults = check.FindFaults(call.AnswerHeaders, response.Headers);
        if (call.AnswerSchema is null)
        {
            return faults;
        }

        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            var events = text.Split('\n').Where(static line => line.StartsWith("data: {\"", StringComparison.Ordinal)).Select(static line => JsonNode.Parse(line[6..])).ToList();
            return events.Count == 0 ? [answered] : faults.Concat(events.SelectMany(one => check.FindFaults(call.AnswerSchema, one)));
        }

        var answer = JsonNode.Parse(text);
        faults = faults.Concat(check.FindFaults(call.AnswerSchema, answer));
        return call.Answer is null || (Varying.Contains(call.Operation) && call.Status == 200) || VaryingErrors.Contains(call.Operation) || JsonNode.DeepEquals(call.Answer, answer)
            ? faults
            : faults.Append(answered);
    }
}
