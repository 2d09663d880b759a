using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Xunit;

namespace Orleans.Multiplex.Tests.Client;

public sealed class ClientHostingTests
{
    [Fact]
    public void AddMultiplexClient_OnAnOrleansClient_FitsItsMessagingToTheSettings()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .UseLocalhostClustering()
            .AddMultiplexClient(options =>
            {
                options.AttemptTimeout = TimeSpan.FromSeconds(7);
                options.MaxRequestBytes = new ByteSize(200L << 20);
            })
            .AddMultiplexClient());
        using var host = builder.Build();

        var messaging = host.Services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value;

        Assert.Equal(TimeSpan.FromSeconds(7), messaging.ResponseTimeout);
        Assert.True(messaging.CancelRequestOnTimeout);
        Assert.True(messaging.MaxMessageBodySize > 200 << 20);
        Assert.Single(host.Services.GetServices<IMultiplexClient>());
    }

    [Fact]
    public void AddMultiplexClient_DefaultLimits_LeaveOrleansOwnMessageLimit()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.UseLocalhostClustering().AddMultiplexClient());
        using var host = builder.Build();

        var messaging = host.Services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value;

        Assert.Equal(new ClientMessagingOptions().MaxMessageBodySize, messaging.MaxMessageBodySize);
    }

    [Fact]
    public void AddMultiplexClient_OfAnOrleansClient_ReadsTheSettingsAndCodeChangesThem()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Multiplex:AttemptTimeout", "00:00:07"), new("Multiplex:RequestTimeout", "00:00:08")]);
        builder.UseOrleansClient(client => client.UseLocalhostClustering().AddMultiplexClient(options => options.RequestTimeout = TimeSpan.FromSeconds(9)));
        using var host = builder.Build();

        Assert.Equal(TimeSpan.FromSeconds(7), host.Services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value.ResponseTimeout);
        Assert.Equal(TimeSpan.FromSeconds(9), host.Services.GetRequiredService<IOptions<MultiplexClientOptions>>().Value.RequestTimeout);
    }

    [Fact]
    public async Task Start_BadSettings_FailsWithEveryFaultListed()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMultiplexClient(options =>
        {
            options.RequestTimeout = TimeSpan.Zero;
            options.MaxRequestTimeout = TimeSpan.FromDays(2);
            options.AttemptTimeout = TimeSpan.FromDays(2);
            options.MaxRequestBytes = new ByteSize(-1);
        });
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Collection(
            error.Faults,
            fault => Assert.StartsWith("Multiplex:RequestTimeout", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Multiplex:MaxRequestTimeout", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Multiplex:AttemptTimeout", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Multiplex:MaxRequestBytes", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_LongestTimeBelowTheUsualOne_NamesBoth()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMultiplexClient(options => options.RequestTimeout = TimeSpan.FromMinutes(11));
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("Multiplex:MaxRequestTimeout is 00:10:00; it must be at least Multiplex:RequestTimeout (00:11:00)", Assert.Single(error.Faults), StringComparison.Ordinal);
    }
}
