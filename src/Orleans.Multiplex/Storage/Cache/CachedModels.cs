using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Which models of the store have files in the cache, whichever process brought them. Not thread-safe.</summary>
/// <param name="folder">The cache's folder.</param>
/// <param name="store">The store; the cache may have files of others too.</param>
internal sealed class CachedModels(CacheFolder folder, string store)
{
    private Dictionary<string, string?> _models = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _ids = [];
    private DateTime _changedAt;
    private bool _hasUnfinished;

    /// <summary>The ids; the same instance as before while nothing has changed. Reads the records of versions that are new.</summary>
    public ImmutableHashSet<string> Read()
    {
        try
        {
            var changedAt = Directory.GetLastWriteTimeUtc(folder.Versions);
            if (changedAt == _changedAt && !_hasUnfinished)
            {
                return _ids;
            }

            _changedAt = changedAt;
            Look();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is looked at again the next time.
        }

        return _ids;
    }

    private void Look()
    {
        var models = new Dictionary<string, string?>(StringComparer.Ordinal);
        _hasUnfinished = false;
        foreach (var version in Directory.EnumerateDirectories(folder.Versions))
        {
            var key = Path.GetFileName(version);
            if (_models.TryGetValue(key, out var known))
            {
                models[key] = known;
            }
            else if (CacheScan.FindRecord(version) is { } path && VersionRecord.TryRead(path) is { } record)
            {
                models[key] = record.Store == store && ModelKey.TryParse(record.Model, out var model, out _) ? model.Id : null;
            }
            else
            {
                _hasUnfinished = true;
            }
        }

        _models = models;
        var ids = models.Values.OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        _ids = ids.SetEquals(_ids) ? _ids : ids;
    }
}
