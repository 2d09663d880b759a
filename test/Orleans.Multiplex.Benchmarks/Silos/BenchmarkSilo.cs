using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>A silo in this process, as an application has it: the whole way from a call of the SDK to the answer.</summary>
internal sealed class BenchmarkSilo : IAsyncDisposable
{
    private const int MaxTries = 20;

    private readonly IHost _host;
    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("multiplex-cache-");

    private BenchmarkSilo(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([.. settings, new("Multiplex:Cache:Path", _cache.FullName), new("Multiplex:Models:Trusted", "true")]);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(static silo => silo.UseMultiplexCluster().AddMultiplex().AddS3Models().AddOnnxRuntime());
        builder.Services.AddMultiplexClient();
        _host = builder.Build();
    }

    public IMultiplexClient Client => _host.Services.GetRequiredService<IMultiplexClient>();

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>The folder of its cache.</summary>
    public string Cache => _cache.FullName;

    /// <summary>What is charged to its quota, heap and mapped files together.</summary>
    public long ChargedBytes => _host.Services.GetRequiredService<SiloQuota>() is var quota ? quota.ChargedBytes + quota.ChargedMappedBytes : 0;

    /// <summary>Starts one that serves the models of a store.</summary>
    /// <param name="models">The store.</param>
    /// <param name="settings">More settings, by their names.</param>
    public static async Task<BenchmarkSilo> StartAsync(string models, params IEnumerable<(string Name, string Value)> settings)
    {
        var silo = new BenchmarkSilo(settings.Prepend(("Multiplex:Models", models)).Select(static one => KeyValuePair.Create(one.Item1, (string?)one.Item2)));
        await silo._host.StartAsync();
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await DeleteCacheAsync();
    }

    // A worker that is ended in the middle of a preparation may write to it for a moment longer.
    private async Task DeleteCacheAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                _cache.Delete(recursive: true);
                return;
            }
            catch (IOException) when (tries < MaxTries)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }
}
