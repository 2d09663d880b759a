using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Runtime.GrainDirectory;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Models that are there without an activation are found, whoever is asked for them.</summary>
public sealed class HeldModelsTests
{
    [Fact]
    public async Task Asked_ASiloSaysWhatItHoldsUntilItLeaves()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2, routing: 1);
        await cluster.CallAsync("m").Soon();

        Assert.Equal([0, null, null, null], [await FindAsync(cluster, 0, "m"), await FindAsync(cluster, 0, "m@1"), await FindAsync(cluster, 0, "n"), await FindAsync(cluster, 1, "m")]);

        cluster.Get<ResidencyPublisher>(0).BeginDraining();
        Assert.Null(await FindAsync(cluster, 0, "m"));
    }

    [Fact]
    public async Task Asked_WhileARequestTakesLong_ASiloDoesNotSendOthersToWaitForIt()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        await using (var stream = cluster.Grain("m").StreamAsync(3, "element", Waiting.Token).WithBatchSize(1).GetAsyncEnumerator(Waiting.Token))
        {
            Assert.True(await stream.MoveNextAsync().AsTask().Soon());
            Assert.Equal(0, await FindAsync(cluster, 0, "m"));

            time.Advance(TimeSpan.FromSeconds(1.1));

            Assert.Null(await FindAsync(cluster, 0, "m"));
        }

        await Waiting.UntilAsync(() => Assert.Single(cluster.Residents()).Gate.Users == 0);
        Assert.Equal(0, await FindAsync(cluster, 0, "m"));
    }

    [Fact]
    public async Task Call_QuickerThanTheNews_FindsTheModelWhereItIs()
    {
        await using var cluster = await TestCluster.StartAsync(
            silos: 2, time: new FakeTimeProvider(), configureSilo: silo => silo.Services.AddSingleton<IResidencyChannel>(provider => new SilentChannel(provider.GetRequiredService<ResidencyChannel>())));
        var holder = cluster.IndexOf(await cluster.WhereAsync("m").Soon());
        cluster.TellAll();

        await EndActivationAsync(cluster, holder);
        cluster.Get<IGrainDirectoryCache>(1 - holder).Clear();

        // The other silo, which places it, has more room.
        Assert.Equal(holder, cluster.IndexOf(await cluster.GrainFrom<IFakeGrain>(1 - holder, "m").WhereAsync(Waiting.Token).Soon()));
        Assert.Equal(1, cluster.CountEvents("load m"));
        Assert.Equal(cluster.Silos[holder].SiloAddress.ToParsableString(), cluster.Get<PlacementDecisions>(1 - holder).Find("m")[0].Decision.Chosen);
    }

    [Fact]
    public async Task Call_ByASiloThatCameLater_FindsTheModelWhereItIs()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CallAsync("m").Soon();
        await EndActivationAsync(cluster, 0);

        await cluster.Inner.StartAdditionalSiloAsync().Soon();

        SiloAddress? told = null;
        await Waiting.UntilAsync(() => (told = cluster.Get<UnattachedResidents>(1).Take("Fake", "m")) is not null);
        Assert.Equal(cluster.Silos[0].SiloAddress, told);
    }

    private static Task<long?> FindAsync(TestCluster cluster, int silo, string model) =>
        cluster.Get<ResidencyChannel>().Of(cluster.Silos[silo].SiloAddress).FindHeldAsync("Fake", ModelKey.Parse(model)).Soon();

    private static async Task EndActivationAsync(TestCluster cluster, int silo)
    {
        await cluster.Inner.DeactivateAsync(cluster.Grain("m")).Soon();
        await Waiting.UntilAsync(() => Assert.Single(cluster.Residents(silo)).Holders.IsEmpty);
    }

    /// <summary>Tells the other silos nothing of activations that have ended.</summary>
    private sealed class SilentChannel(ResidencyChannel inner) : IResidencyChannel
    {
        public int Silos => inner.Silos;

        public void Publish(SiloRow row) => inner.Publish(row);

        public void TakeIn(ModelNews news) => inner.TakeIn(news);

        public void Announce(ImmutableArray<ModelNews> news)
        {
        }
    }
}
