using System.Collections.Concurrent;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// What this silo has counted of the requests to models of the store, for its whole life, whether or not they are resident. Bounded in its
/// names: for a new one beyond the bound, the one goes that was used least recently, with what was counted of it.
/// </summary>
/// <remarks>A request to a name that is there takes no lock but that of the name. The order of names is put right only when one has to go.</remarks>
/// <param name="time">The clock.</param>
/// <param name="maxNames">How many names are kept at most, each version of a model being one.</param>
internal sealed class InferenceStatistics(TimeProvider time, int maxNames = InferenceStatistics.DefaultMaxNames)
{
    public const int DefaultMaxNames = 10_000;

    private readonly ConcurrentDictionary<(string Model, long Version), ModelCounters> _names = new();
    private readonly ConcurrentDictionary<string, int> _models = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    // By the use that was seen when a name was put in, as in the eviction of models.
    private readonly PriorityQueue<ModelCounters, long> _order = new();

    /// <summary>Counts a request that was answered.</summary>
    /// <returns>Whether it is the one of its run that the run was counted with.</returns>
    public bool CountSuccess(string model, long version, in RequestTimes times, in RunShare share) => Get(model, version).AddSuccess(times, share, time);

    /// <summary>Counts a request that ended in an error, to a version that the store has.</summary>
    public void CountFailure(string model, long version, TimeSpan total) => Get(model, version).AddFailure(total, time);

    /// <summary>
    /// Counts a request that ended in an error before its version was found: under the version that it asks for where something has been
    /// counted of that, else under 0; and not at all where nothing has been counted of the model, which may not exist.
    /// </summary>
    public void CountUnfound(ModelKey key, TimeSpan total)
    {
        if (_models.ContainsKey(key.Id))
        {
            CountFailure(key.Id, key.Version is { } asked && _names.ContainsKey((key.Id, asked)) ? asked : 0, total);
        }
    }

    /// <summary>What has been counted of all names, or of those of one model.</summary>
    public IEnumerable<ModelStatistics> Read(ModelKey? key) => key switch
    {
        null => _names.Values.Select(static counters => counters.Read()),
        { Id: var id, Version: { } version } => _names.TryGetValue((id, version), out var counters) ? [counters.Read()] : [],
        { Id: var id } => _names.Values.Where(counters => counters.Name.Model == id).Select(static counters => counters.Read()),
    };

    /// <summary>Where the time of the last requests to a model went, by its versions.</summary>
    /// <param name="key">The model.</param>
    /// <param name="silo">The silo's name.</param>
    public IEnumerable<ModelLatency> ReadLatencies(ModelKey key, string silo) => _names.Values
        .Where(counters => counters.Name.Model == key.Id && (key.Version ?? counters.Name.Version) == counters.Name.Version)
        .Select(counters => counters.ReadLatency(silo))
        .OfType<ModelLatency>();

    /// <summary>The rows of a run of a version, on average; null where none has ended.</summary>
    public double? ReadBatchSize(string model, long version) => _names.TryGetValue((model, version), out var counters) ? counters.ReadBatchSize() : null;

    private ModelCounters Get(string model, long version) =>
        _names.TryGetValue((model, version), out var counters) ? counters : Add(model, version);

    private ModelCounters Add(string model, long version)
    {
        lock (_lock)
        {
            if (_names.TryGetValue((model, version), out var counters))
            {
                return counters;
            }

            if (_order.Count >= maxNames)
            {
                Remove_NeedsLock(TakeOldest_NeedsLock());
            }

            counters = new ModelCounters(model, version, time.GetTimestamp());
            _names[counters.Name] = counters;
            _models.AddOrUpdate(model, 1, static (_, versions) => versions + 1);
            _order.Enqueue(counters, counters.LastUse);
            return counters;
        }
    }

    private void Remove_NeedsLock(ModelCounters counters)
    {
        _names.TryRemove(counters.Name, out _);
        if (_models.AddOrUpdate(counters.Name.Model, 0, static (_, versions) => versions - 1) == 0)
        {
            _models.TryRemove(counters.Name.Model, out _);
        }
    }

    private ModelCounters TakeOldest_NeedsLock()
    {
        while (true)
        {
            _order.TryPeek(out var counters, out var seen);
            var lastUse = counters!.LastUse;
            if (lastUse == seen)
            {
                return _order.Dequeue();
            }

            _order.DequeueEnqueue(counters, lastUse);
        }
    }
}
