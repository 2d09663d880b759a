using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution;
using Orleans.Runtime.GrainDirectory;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class UnknownIdTests : IDisposable
{
    private const int Wave = 10_000;

    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _backend = new();

    public void Dispose() => _folder.Dispose();

    // What is bounded by number is not full yet, such as Orleans' cache of 128,000 ids; an activation that stays takes several KiB.
    [Fact]
    public Task Flood_OfUnknownIds_LeavesNothingBehind() => FloodAsync(warmUp: 10_000, ids: 20_000, mostGrowth: 20_000 * 2048);

    /// <summary>Takes some minutes, so it runs only when it is asked for; <c>test/README.md</c> has the command.</summary>
    [Fact(Explicit = true)]
    public Task Flood_OfAMillionUnknownIds_LeavesMemoryFlat() => FloodAsync(warmUp: 200_000, ids: 1_000_000, mostGrowth: 8 << 20);

    private async Task FloodAsync(int warmUp, int ids, long mostGrowth)
    {
        _folder.Add("known");
        var time = new FakeTimeProvider();
        await using var cluster = await StartAsync(2, time);
        Assert.Equal("known@1", await InferAsync(cluster, "known"));
        long? before = null;

        for (var from = -warmUp; from < ids; from += Wave)
        {
            before ??= from >= 0 ? CountBytes() : null;
            await WaveAsync(cluster, time, from);
        }

        var growth = CountBytes() - before!.Value;
        TestContext.Current.TestOutputHelper!.WriteLine($"{ids} unknown ids left {growth} bytes behind.");
        Assert.InRange(growth, long.MinValue, mostGrowth);
        Assert.Equal("known@1", await InferAsync(cluster, "known"));
    }

    // Ids that are asked for at once, and the time in which they are forgotten.
    private static async Task WaveAsync(TestCluster cluster, FakeTimeProvider time, int from)
    {
        await Parallel.ForAsync(from, from + Wave, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Waiting.Token }, async (i, _) =>
            await Assert.ThrowsAsync<ModelNotFoundException>(() => InferAsync(cluster, $"unknown-{i}")));
        Assert.Equal([1, 100], Charged(cluster));

        for (var i = 0; i < 12; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
        }

        await Waiting.UntilAsync(() => cluster.Loose(0).Count + cluster.Loose(1).Count == 0);
        await WaitForActivationsAsync(cluster, 1);
        Assert.Equal([1, 100], Charged(cluster));
        await Waiting.UntilAsync(() => new[] { 0, 1 }.All(silo => cluster.Get<IGrainDirectoryCache>(silo).KeyValues.Count() < 10));
    }

    private static long CountBytes() => GC.GetTotalMemory(forceFullCollection: true);

    [Fact]
    public async Task Call_WhoseFileCannotBeRead_IsATypedError()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync(1, new FakeTimeProvider());
        _backend.FailInspect = () => new IOException("disk error");

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => InferAsync(cluster, "m"));

        Assert.Equal("IOException: disk error", error.Reason);
        Assert.Equal([0, 0], Charged(cluster));
    }

    private static async Task<string> InferAsync(TestCluster cluster, string id)
    {
        var response = await cluster.Client.GetGrain<IInferenceGrain>(id).InferAsync(new InferenceRequest([]), Waiting.Token).Soon();
        return ((Tensor)response.Outputs[0]).ToStringArray()[0];
    }

    private static List<long> Charged(TestCluster cluster)
    {
        var quotas = Enumerable.Range(0, cluster.Silos.Count).Select(cluster.Get<Residency.SiloQuota>).ToList();
        return [quotas.Sum(quota => quota.Pools.Sum(quota.GetChargedModels)), quotas.Sum(quota => quota.ChargedBytes)];
    }

    private static async Task WaitForActivationsAsync(TestCluster cluster, int count)
    {
        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var looks = 0; looks < 1500; looks++)
        {
            var statistics = await management.GetSimpleGrainStatistics();
            if (statistics.Where(one => one.GrainType.Contains("multiplex.inference", StringComparison.Ordinal)
                || one.GrainType.Contains("InferenceGrain", StringComparison.Ordinal)).Sum(one => one.ActivationCount) == count)
            {
                return;
            }

            await look.WaitForNextTickAsync(Waiting.Token);
        }

        Assert.Fail("The activations did not go.");
    }

    private Task<TestCluster> StartAsync(int silos, FakeTimeProvider time) => TestCluster.StartAsync(
        silos,
        time: time,
        configure: options => options.Models = _folder.Path,
        configureSilo: silo =>
        {
            silo.Services.AddSingleton<IInferenceBackend>(_backend);
            silo.Services.PostConfigure<LoggerFilterOptions>(filter => filter.MinLevel = LogLevel.Warning); // The test's own log keeps all that it gets.
        });
}
