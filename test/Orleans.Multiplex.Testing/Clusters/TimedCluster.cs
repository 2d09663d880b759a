using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.Testing.Clusters;

/// <summary>Silos with timed models, and one that holds none, through which they may be asked as through a gateway: all in this process, as a cluster of one machine.</summary>
public sealed class TimedCluster : IAsyncDisposable
{
    private const int Threads = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-timed-");
    private readonly List<IHost> _hosts = [];

    private TimedCluster(IEnumerable<TimedModel> models)
    {
        foreach (var model in models)
        {
            var folder = _folder.CreateSubdirectory(Path.Combine("models", model.Id)).FullName;
            File.WriteAllText(Path.Combine(folder, TimedBackend.FileName), model.Write());
        }
    }

    /// <summary>The client of each silo that holds models.</summary>
    public IReadOnlyList<IMultiplexClient> Clients => [.. _hosts.SkipLast(1).Select(GetClient)];

    /// <summary>The client of the silo that holds none.</summary>
    public IMultiplexClient Front => GetClient(_hosts[^1]);

    /// <param name="silos">How many silos hold models.</param>
    /// <param name="models">The models.</param>
    /// <param name="maxModels">How many models a silo holds.</param>
    /// <param name="maxCopies">The most copies of a model; null for as many as there are silos.</param>
    public static async Task<TimedCluster> StartAsync(int silos, IEnumerable<TimedModel> models, int maxModels, int? maxCopies)
    {
        var cluster = new TimedCluster(models);
        for (var i = 0; i <= silos; i++)
        {
            var host = cluster.Build(i < silos, maxModels, maxCopies);
            cluster._hosts.Add(host);
            await host.StartAsync();
        }

        while ((await cluster.Front.GetSilosAsync()).Length < silos)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static IMultiplexClient GetClient(IHost host) => host.Services.GetRequiredService<IMultiplexClient>();

    private IHost Build(bool holdsModels, int maxModels, int? maxCopies)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
        [
            new("Multiplex:Cluster:Provider", "Localhost"),
            new("Multiplex:Cluster:Directory", Path.Combine(_folder.FullName, "cluster")),
            new("Multiplex:Cache:Path", Path.Combine(_folder.FullName, "cache")),
            new("Multiplex:Models", Path.Combine(_folder.FullName, "models")),
            new("Multiplex:MaxModelsPerSilo", maxModels.ToString(CultureInfo.InvariantCulture)),
            new("Multiplex:Execution:Threads", Threads.ToString(CultureInfo.InvariantCulture)),
            new("Multiplex:Drain:Timeout", "00:00:00"),
            .. maxCopies is { } most ? [new("Multiplex:MaxCopies", most.ToString(CultureInfo.InvariantCulture))] : Array.Empty<KeyValuePair<string, string?>>(),
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo =>
        {
            silo.UseMultiplexCluster();
            if (holdsModels)
            {
                silo.AddMultiplex();
                silo.Services.AddSingleton<IInferenceBackend>(new TimedBackend(TimeProvider.System));
            }
            else
            {
                silo.AddMultiplexRouting();
            }
        });
        builder.Services.AddMultiplexClient();
        return builder.Build();
    }
}
