using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What a model's own code throws reaches the caller of the SDK at once, also where Orleans throws the same.</summary>
public sealed class OwnErrorTests
{
    public static TheoryData<Type> Kinds => [typeof(TimeoutException), typeof(OrleansException)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_ModelThrowsWhatOrleansThrowsToo_IsMadeOnce(Type kind)
    {
        await using var cluster = await StartAsync(kind);

        var error = await Assert.ThrowsAsync(kind!, () => cluster.Sdk.CallAsync<IFakeGrain, string>(
            "1", (grain, token) => grain.ThrowAsync(token), cancellationToken: Waiting.Token).Soon());

        Assert.Equal("own", error.Message);
        Assert.Equal(1, cluster.Models().Events.Count("throw"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_FromWithinTheSilo_IsMadeOnceToo(Type kind)
    {
        await using var cluster = await StartAsync(kind);

        await Assert.ThrowsAsync(kind!, () => cluster.Get<IMultiplexClient>().CallAsync<IFakeGrain, string>(
            "1", (grain, token) => grain.ThrowAsync(token), cancellationToken: Waiting.Token).Soon());

        Assert.Equal(1, cluster.Models().Events.Count("throw"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stream_ModelThrowsWhatOrleansThrowsToo_IsMadeOnce(Type kind)
    {
        await using var cluster = await StartAsync(kind);

        var error = await Assert.ThrowsAsync(kind!, () => cluster.Sdk.CallAsync<IFakeGrain, List<string>>(
            "1", async (grain, token) => await grain.ThrowInStreamAsync(token).ToListAsync(token), cancellationToken: Waiting.Token).Soon());

        Assert.Equal("own", error.Message);
        Assert.Equal(1, cluster.Models().Events.Count("throw"));
    }

    [Fact]
    public async Task Call_ModelMetTheLossOfASilo_IsMadeAgain()
    {
        await using var cluster = await StartAsync(typeof(InvalidOperationException));
        var calls = 0;
        cluster.Models().ErrorOfItsOwn = () => ++calls == 1 ? new SiloUnavailableException("gone") : new InvalidOperationException("own");

        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Sdk.CallAsync<IFakeGrain, string>(
            "1", (grain, token) => grain.ThrowAsync(token), cancellationToken: Waiting.Token).Soon());

        Assert.Equal(2, calls);
    }

    private static async Task<TestCluster> StartAsync(Type kind)
    {
        var cluster = await TestCluster.StartAsync(configureSilo: silo => silo.Services.AddMultiplexClient());
        cluster.Models().ErrorOfItsOwn = () => (Exception)Activator.CreateInstance(kind, "own")!;
        return cluster;
    }
}
