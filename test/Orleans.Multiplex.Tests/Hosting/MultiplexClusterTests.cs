using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Hosting.Cluster.Localhost;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

/// <summary>Silos with their real sockets and files, each a host of its own.</summary>
[Collection("loopback ports")]
public sealed class MultiplexClusterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_TwoSilosWithTheSameCluster_FindEachOtherAndOutliveTheFirst()
    {
        using var first = await StartAsync("Localhost");
        using var second = await StartAsync("Localhost");
        await MembersAsync(second, SiloStatus.Active, SiloStatus.Active);

        await first.StopAsync(Cancellation);
        await MembersAsync(second, SiloStatus.Dead, SiloStatus.Active);

        using var third = await StartAsync("Localhost");
        await MembersAsync(second, SiloStatus.Dead, SiloStatus.Active, SiloStatus.Active);
        await StopAsync(second, third);
    }

    [Fact]
    public async Task Start_TwoSilosWithoutProvider_AreClustersOfTheirOwnOnPortsOfTheirOwn()
    {
        using var first = await StartAsync("None");
        using var second = await StartAsync("None");

        await MembersAsync(first, SiloStatus.Active);
        await MembersAsync(second, SiloStatus.Active);
        var endpoints = new[] { first, second }.Select(host => host.Services.GetRequiredService<IOptions<EndpointOptions>>().Value).ToList();
        Assert.Equal(4, endpoints.SelectMany(endpoint => new[] { endpoint.SiloPort, endpoint.GatewayPort }).Distinct().Count());
        Assert.All(endpoints, endpoint => Assert.Equal("127.0.0.1", endpoint.AdvertisedIPAddress.ToString()));
        await StopAsync(first, second);
    }

    [Fact]
    public async Task Start_OrleansClientOfAnotherHost_IsServedThroughTheGatewayPort()
    {
        using var silo = await StartAsync("Localhost");
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.UseOrleansClient(client => client.UseLocalhostClustering(silo.Services.GetRequiredService<SiloPorts>().Gateway, "multiplex", "multiplex"));
        using var client = builder.Build();

        await client.StartAsync(Cancellation);
        var hosts = await client.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts(true, Cancellation);

        Assert.Equal([silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress], hosts.Keys);
        await StopAsync(client, silo);
    }

    [Fact]
    public async Task Start_FaultySettings_IsRefusedWithAllOfThem()
    {
        using var host = Build("Nowhere", ("SiloPort", "-2"));

        var fault = await Assert.ThrowsAsync<WrongSettingsException>(() => host.StartAsync(Cancellation));

        Assert.Equal(2, fault.Faults.Count);
    }

    [Fact]
    public async Task Start_GivenPortOfARunningSilo_IsRefused()
    {
        using var first = await StartAsync("Localhost");
        var taken = first.Services.GetRequiredService<SiloPorts>().Silo;
        using var second = Build("Localhost", ("SiloPort", $"{taken}"));

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => second.StartAsync(Cancellation));

        Assert.Contains($"Port {taken}", fault.Message, StringComparison.Ordinal);
        await StopAsync(first);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task StopAsync(params IHost[] hosts)
    {
        foreach (var host in hosts)
            await host.StopAsync(Cancellation);
    }

    private static async Task MembersAsync(IHost host, params SiloStatus[] expected)
    {
        var membership = host.Services.GetRequiredService<IClusterMembershipService>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(Cancellation))
            if (snapshot.Members.Values.Select(member => member.Status).Order().SequenceEqual(expected.Order()))
                return;
    }

    private async Task<IHost> StartAsync(string provider)
    {
        var host = Build(provider);
        await host.StartAsync(Cancellation);
        return host;
    }

    private IHost Build(string provider, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("Provider", provider))
            .Append(("Directory", _folder.Path))
            .Select(setting => KeyValuePair.Create($"Multiplex:Cluster:{setting.Item1}", (string?)setting.Item2)));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo.UseMultiplexCluster());
        return builder.Build();
    }
}
