using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Calls of models of the store, run by an engine of one's own.</summary>
public sealed class EngineTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public EngineTests() => _folder.Add("m");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Infer_EngineThrowsATimeoutOfItsOwn_IsSentOnce()
    {
        await using var cluster = await StartAsync();
        var runs = 0;
        _engine.FailRun = () =>
        {
            runs++;
            return new TimeoutException("own");
        };

        var error = await Assert.ThrowsAsync<TimeoutException>(() => cluster.Sdk.InferAsync("m", [], cancellationToken: Waiting.Token).Soon());

        Assert.Equal("own", error.Message);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Infer_ForMoreTimeThanTheSiloGrants_IsRefusedBeforeTheModelIsLoaded()
    {
        await using var cluster = await StartAsync();
        var grain = cluster.Client.GetGrain<IInferenceGrain>("m");
        Task<InferenceResponse> Infer(TimeSpan timeout) => grain.InferAsync(new InferenceRequest([], timeout: timeout), Waiting.Token).Soon();

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => Infer(TimeSpan.FromMinutes(10) + TimeSpan.FromTicks(1)));
        Assert.Empty(cluster.Residents());
        var response = await Infer(TimeSpan.FromMinutes(10));

        Assert.Contains("at most 00:10:00 may be asked for (Multiplex:MaxRequestTimeout)", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, response.Version);
    }

    [Fact]
    public async Task Infer_OfAModelOfTheStore_LogsItsStartAndOutcome()
    {
        await using var cluster = await StartAsync();

        await cluster.Sdk.InferAsync("m", [], cancellationToken: Waiting.Token).Soon();

        var lines = cluster.Log.All.Where(line => line.Contains("Request to model", StringComparison.Ordinal)).ToList();
        Assert.Equal("Debug: Request to model 'm' started.", lines[0]);
        Assert.EndsWith("(cold: True).", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Count);
    }

    private Task<TestCluster> StartAsync() => TestCluster.StartAsync(
        configure: options => options.Models = _folder.Path,
        configureSilo: silo => silo.Services.AddSingleton<IInferenceBackend>(_engine));
}
