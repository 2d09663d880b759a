using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Orleans' own cache of grain addresses, from which the addresses of ended model activations can be taken out. Without it a silo with
/// a cached address would send the next call for an evicted model to its old silo, past the director.
/// </summary>
internal sealed class EvictionAwareDirectoryCache : IGrainDirectoryCache, IAsyncDisposable
{
    private readonly IGrainDirectoryCache _inner;

    public EvictionAwareDirectoryCache(IServiceProvider services, IOptions<GrainDirectoryOptions> options)
    {
        var plain = new GrainDirectoryOptions
        {
            CachingStrategy = GrainDirectoryOptions.CachingStrategyType.LRU,
            CacheSize = options.Value.CacheSize,
            MaximumCacheTTL = options.Value.MaximumCacheTTL,
        };
        _inner = GrainDirectoryCacheFactory.CreateGrainDirectoryCache(services, plain);
    }

    public IEnumerable<(GrainAddress ActivationAddress, int Version)> KeyValues => _inner.KeyValues;

    public void AddOrUpdate(GrainAddress value, int version) => _inner.AddOrUpdate(value, version);

    public bool Remove(GrainId key) => _inner.Remove(key);

    public bool Remove(GrainAddress key) => _inner.Remove(key);

    public void Clear() => _inner.Clear();

    public bool LookUp(GrainId key, [MaybeNullWhen(false)] out GrainAddress result, out int version) => _inner.LookUp(key, out result, out version);

    public async ValueTask DisposeAsync()
    {
        switch (_inner)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }
}
