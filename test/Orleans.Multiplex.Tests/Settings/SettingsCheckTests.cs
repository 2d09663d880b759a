using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Settings;
using Xunit;

namespace Orleans.Multiplex.Tests.Settings;

public sealed class SettingsCheckTests
{
    [Fact]
    public async Task Start_FaultsInEveryPart_AreOneReport()
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => StartAsync(
            builder =>
            {
                builder.Services.AddMultiplexHttp(builder.Configuration);
                builder.UseOrleans(silo => silo.UseMultiplexCluster().AddMultiplex());
            },
            ("MaxModelPerSilo", "3"), ("Cluster:SiloPort", "99999"), ("Load:Timeout", "soon"), ("MaxBytesInFlight", "1KiB"), ("AttemptTimeout", "00:00:00"),
            ("RequestTimeout", "long"), ("MaxRequestBytes", "2GiB")));

        Assert.Equal(
            [
                "AttemptTimeout is", "Cluster:SiloPort is", "Load:Timeout is", "MaxBytesInFlight is", "MaxModelPerSilo is", "MaxRequestBytes is", "RequestTimeout is",
            ],
            error.Faults.Select(fault => fault["Multiplex:".Length..(fault.IndexOf(" is", StringComparison.Ordinal) + 3)]).Order(StringComparer.Ordinal));
        Assert.Equal(error.ToString(), $"The settings of Orleans.Multiplex are wrong:{string.Concat(error.Faults.Select(fault => $"{Environment.NewLine}- {fault}"))}");
    }

    [Fact]
    public async Task Start_SettingsOfAPartThatIsNotHere_AreNoFault()
    {
        using var host = await StartAsync(
            builder => builder.Services.AddSettings<SomeOptions, SomeValidator>(builder.Configuration),
            ("MaxBytesInFlight", "1KiB"), ("Load:Timeout", "00:01:00"), ("Pools:Greeter:MaxModelsPerSilo", "2"), ("Some:ByName:x:Inner", "1"));

        Assert.Equal(1, host.Services.GetRequiredService<IOptions<SomeOptions>>().Value.ByName["x"].Inner);
    }

    [Fact]
    public async Task Start_PartOfItsOwn_IsReadAndChecked()
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => StartAsync(
            builder => builder.Services.AddSettings<SomeOptions, SomeValidator>(builder.Configuration), ("Some:Count", "11"), ("Some:Cuont", "1"), ("Some:Time", "x")));

        Assert.Equal(
            [
                "Multiplex:Some:Cuont is not a setting; did you mean Multiplex:Some:Count?",
                "Multiplex:Some:Time is 'x'; it must be a time in hours:minutes:seconds, for instance 00:00:30.",
                "Multiplex:Some:Count is 11; it must be below ten.",
            ],
            error.Faults);
    }

    [Fact]
    public async Task Start_CodeThatChangesTheSettings_IsWhatCounts()
    {
        using var host = await StartAsync(
            builder => builder.Services.AddSettings<SomeOptions, SomeValidator>(builder.Configuration).Configure(options => options.Count -= 2), ("Some:Count", "11"));

        Assert.Equal(9, host.Services.GetRequiredService<IOptions<SomeOptions>>().Value.Count);
        await Assert.ThrowsAsync<WrongSettingsException>(() => StartAsync(
            builder => builder.Services.AddSettings<SomeOptions, SomeValidator>(builder.Configuration).Configure(options => options.Count += 2), ("Some:Count", "9")));
    }

    [Fact]
    public void AddSettings_CalledTwice_DoesNotReadOverWhatCodeSetBetween()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration["Multiplex:MaxModelsPerSilo"] = "3";
        builder.UseOrleans(silo => silo.AddMultiplex(options => options.MaxModelsPerSilo = 4).AddMultiplex());
        using var host = builder.Build();

        Assert.Equal(4, host.Services.GetRequiredService<IOptions<MultiplexOptions>>().Value.MaxModelsPerSilo);
        Assert.Single(host.Services.GetServices<ISettingsPart>());
    }

    private static async Task<IHost> StartAsync(Action<HostApplicationBuilder> configure, params (string Name, string Value)[] values)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Multiplex:{value.Name}", (string?)value.Value)));
        configure(builder);
        var host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
