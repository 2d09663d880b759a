using System.Collections.Immutable;
using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ResidencyTests
{
    [Fact]
    public async Task Silos_Report_IsReadable()
    {
        await using var host = await HttpHost.StartAsync();

        var expected = """
            {"silos":[{"silo":"silo-1","address":"127.0.0.1:11111","maxBytes":5000,"chargedBytes":1000,"maxMappedBytes":0,"chargedMappedBytes":0,"utilisation":0,"draining":false,"cache":{"bytes":600,"maxBytes":9000,"versions":2,"hits":5,"fetches":3,"evictions":1},"pools":[{"pool":"onnx","maxModels":-1,"chargedModels":2,"models":[{"model":"iris","version":3,"state":"ready","bytes":1000,"mappedBytes":0,"ageSeconds":1.5,"hits":7,"inFlight":2,"loadSeconds":0.012346,"pinned":false,"copy":false,"nextVictim":false,"queued":0},{"model":"wine","version":3,"state":"opening","bytes":1000,"mappedBytes":0,"ageSeconds":1.5,"hits":7,"inFlight":2,"loadSeconds":null,"pinned":false,"copy":false,"nextVictim":false,"queued":0}]}]}]}
            """.Trim();
        Assert.Equal(expected, (await host.GetAsync("/multiplex/silos")).IsOk().Text);
    }

    [Fact]
    public async Task Silos_SiloWithoutACache_SaysNothingOfIt()
    {
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient { OnGetSilos = static () => Task.FromResult<ImmutableArray<SiloResidency>>([FakeMultiplexClient.Silo() with { Cache = null }]) });

        Assert.Contains("\"draining\":false,\"pools\":", (await host.GetAsync("/multiplex/silos")).IsOk().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/multiplex/models/iris", "iris")]
    [InlineData("/multiplex/models/team/iris", "team/iris")]
    [InlineData("/multiplex/models/team%2Firis@2", "team/iris@2")]
    public async Task Model_Report_SaysWhereAndWhyAndWhatFailed(string path, string model)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetModel = static asked => FakeMultiplexClient.Report(
                asked,
                [new ModelLocation("silo-1", "onnx", FakeMultiplexClient.Resident("iris"))],
                [new LoadFailureReport("silo-2", "ModelLoadFailedException", "no \"graph\"", 2, TimeSpan.FromSeconds(4))]) with
            {
                Placements =
                [
                    new PlacementReport("silo-2", TimeSpan.FromSeconds(9), "silo-1", [new CandidateReport("silo-1", "room"), new CandidateReport("silo-2", "full")]),
                ],
            },
        });

        var expected = """
            {"model":"$","locations":[{"silo":"silo-1","pool":"onnx","model":"iris","version":3,"state":"ready","bytes":1000,"mappedBytes":0,"ageSeconds":1.5,"hits":7,"inFlight":2,"loadSeconds":null,"pinned":false,"copy":false,"nextVictim":false,"queued":0}],"placements":[{"chosen":"silo-1","decidedBy":"silo-2","ageSeconds":9,"candidates":[{"silo":"silo-1","reason":"room"},{"silo":"silo-2","reason":"full"}]}],"failures":[{"silo":"silo-2","error":"ModelLoadFailedException","message":"no \"graph\"","attempts":2,"nextTrySeconds":4}],"latencies":[],"events":[]}
            """.Trim();
        Assert.Equal(expected.Replace("$", model, StringComparison.Ordinal), (await host.GetAsync(path)).IsOk().Text);
    }

    [Theory]
    [InlineData(4.0, "4")]
    [InlineData(null, "null")]
    public async Task Model_WhoseFilesAreFetched_SaysHowFarThatIs(double? remaining, string written)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetModel = asked => FakeMultiplexClient.Report(
                asked,
                [
                    new ModelLocation("silo-1", "onnx", FakeMultiplexClient.Resident("iris", ResidentState.Fetching) with
                    {
                        Fetch = new FetchReport(200, 1000, 100, remaining is { } seconds ? TimeSpan.FromSeconds(seconds) : null),
                    }),
                ]),
        });

        Assert.Contains(
            $$$"""
            "pinned":false,"copy":false,"nextVictim":false,"queued":0,"fetch":{"bytes":200,"totalBytes":1000,"bytesPerSecond":100,"remainingSeconds":{{{written}}}}}
            """.Trim(),
            (await host.GetAsync("/multiplex/models/iris")).IsOk().Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NewerVersionState.Loading, null, "loading", "null")]
    [InlineData(NewerVersionState.Postponed, 12.5, "postponed", "12.5")]
    [InlineData(NewerVersionState.Failed, 64.0, "failed", "64")]
    public async Task Model_OfWhichTheStoreHasANewerVersion_SaysWhatBecameOfIt(NewerVersionState state, double? next, string writtenState, string writtenNext)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetModel = asked => FakeMultiplexClient.Report(
                asked,
                [
                    new ModelLocation("silo-1", "onnx", FakeMultiplexClient.Resident("iris") with
                    {
                        Newer = new NewerVersionReport(4, state, "so it is", 2, next is { } seconds ? TimeSpan.FromSeconds(seconds) : null),
                    }),
                ]),
        });

        Assert.Contains(
            $$$"""
            "pinned":false,"copy":false,"nextVictim":false,"queued":0,"newer":{"version":4,"state":"{{{writtenState}}}","reason":"so it is","attempts":2,"nextTrySeconds":{{{writtenNext}}}}}
            """.Trim(),
            (await host.GetAsync("/multiplex/models/iris")).IsOk().Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/multiplex/models/a/1")]
    [InlineData("/multiplex/models/")]
    [InlineData("/multiplex/models/a//b")]
    public async Task Model_NoModelId_IsBadRequest(string path)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.GetAsync(path)).IsError(HttpStatusCode.BadRequest, "no model id");
    }
}
