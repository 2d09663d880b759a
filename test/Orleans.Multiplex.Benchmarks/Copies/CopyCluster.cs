using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.Benchmarks.Copies;

/// <summary>Silos with timed models, and one that holds none, through which they are asked, as through a gateway: all in this process, as a cluster of one machine.</summary>
internal sealed class CopyCluster : IAsyncDisposable
{
    public const string Hot = "hot";
    public const int Silos = 3;
    public const int Others = 150;
    public const int MaxModels = 30;

    private const int Threads = 4;
    private const string TimeOfHot = "00:00:00.020";
    private const string TimeOfOthers = "00:00:00.002";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-copies-");
    private readonly List<IHost> _hosts = [];

    private CopyCluster()
    {
        Add(Hot, TimeOfHot);
        for (var i = 1; i <= Others; i++)
        {
            Add($"m{i}", TimeOfOthers);
        }
    }

    public IMultiplexClient Client => _hosts[^1].Services.GetRequiredService<IMultiplexClient>();

    /// <param name="maxCopies">The most copies of a model; null for as many as there are silos.</param>
    public static async Task<CopyCluster> StartAsync(int? maxCopies)
    {
        var cluster = new CopyCluster();
        for (var i = 0; i <= Silos; i++)
        {
            var host = cluster.Build(i < Silos, maxCopies);
            cluster._hosts.Add(host);
            await host.StartAsync();
        }

        while ((await cluster.Client.GetSilosAsync()).Length < Silos)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        return cluster;
    }

    /// <summary>How many silos have the hot model ready.</summary>
    public async Task<int> CountAsync() =>
        (await Client.GetModelAsync(Hot)).Locations.Count(static location => location.Resident.State == ResidentState.Ready);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private void Add(string model, string time) =>
        File.WriteAllText(Path.Combine(_folder.CreateSubdirectory(Path.Combine("models", model)).FullName, "model.time"), time);

    private IHost Build(bool holdsModels, int? maxCopies)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
        [
            new("Multiplex:Cluster:Provider", "Localhost"),
            new("Multiplex:Cluster:Directory", Path.Combine(_folder.FullName, "cluster")),
            new("Multiplex:Cache:Path", Path.Combine(_folder.FullName, "cache")),
            new("Multiplex:Models", Path.Combine(_folder.FullName, "models")),
            new("Multiplex:MaxModelsPerSilo", MaxModels.ToString(CultureInfo.InvariantCulture)),
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
                silo.Services.AddSingleton<IInferenceBackend>(new TimedBackend());
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
