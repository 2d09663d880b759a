using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Multiplex.Placement;
using Orleans.TestingHost;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class EvictionAwareDirectoryCacheTests
{
    [Fact]
    public async Task LookUp_AfterTheTimeThatTheOptionsSay_HasForgotten()
    {
        var time = new FakeTimeProvider();
        var services = new ServiceCollection();
        services.UseTimeProviderForBackgroundAreas(time);
        await using var provider = services.BuildServiceProvider();
        var options = new GrainDirectoryOptions { CacheSize = 100, MaximumCacheTTL = TimeSpan.FromSeconds(10) };
        await using var cache = new EvictionAwareDirectoryCache(provider, Options.Create(options));
        var address = new GrainAddress
        {
            GrainId = GrainId.Create("model", "1"),
            ActivationId = ActivationId.NewId(),
            SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1),
        };
        cache.AddOrUpdate(address, 1);

        Assert.True(cache.LookUp(address.GrainId, out _, out _));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.False(cache.LookUp(address.GrainId, out _, out _));
    }
}
