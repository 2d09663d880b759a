using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>The settings of the check, below a name that has a value of its own.</summary>
public sealed class CheckSettingsTests
{
    [Fact]
    public async Task Start_AddressOfTheStoreAndSettingsBelowIt_AreBothRead()
    {
        using var folder = new TemporaryFolder();
        using var host = await StartAsync(folder, null, ("Models", folder.Path), ("Models:CheckTimeout", "00:00:07"), ("Models:Trusted", "true"));

        var check = host.Services.GetRequiredService<IOptions<CheckOptions>>().Value;

        Assert.Equal((folder.Path, TimeSpan.FromSeconds(7), true), (host.Services.GetRequiredService<IOptions<MultiplexOptions>>().Value.Models, check.CheckTimeout, check.Trusted));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Start_FaultsBelowTheAddress_AreAllTold()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => StartAsync(
            folder, null, ("Models", folder.Path), ("Models:Trustd", "true"), ("Models:CheckTimeout", "00:00:00")));

        Assert.Equal(
            [
                "Multiplex:Models:Trustd is not a setting; did you mean Multiplex:Models:Trusted?",
                "Multiplex:Models:CheckTimeout is 00:00:00; it must be above zero and at most a day, for instance 00:01:00.",
            ],
            error.Faults);
    }

    [Fact]
    public async Task Start_WhereNoWorkerCanBeStarted_IsRefusedUnlessModelsAreTrusted()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => StartAsync(folder, NoWorker, ("Models", folder.Path)));
        using var trusted = await StartAsync(folder, NoWorker, ("Models", folder.Path), ("Models:Trusted", "true"));
        using var ownClasses = await StartAsync(folder, NoWorker);

        Assert.Equal(
            ["Multiplex:Models:Trusted is false; it must be true, since models cannot be checked here: the application is a single file."], error.Faults);
        await trusted.StopAsync(TestContext.Current.CancellationToken);
        await ownClasses.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<IHost> StartAsync(TemporaryFolder folder, FindWorker? find, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("Cache:Path", folder["cache"])).Append(("Cluster:Directory", folder["cluster"]))
            .Select(static setting => KeyValuePair.Create($"Multiplex:{setting.Item1}", (string?)setting.Item2)));
        if (find is not null)
        {
            builder.Services.AddSingleton(find);
        }

        builder.UseOrleans(static silo => silo.UseMultiplexCluster().AddMultiplex().AddOnnxRuntime());
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

    private static WorkerCommand? NoWorker(out string? fault)
    {
        fault = "the application is a single file";
        return null;
    }
}
