using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>
/// Gives the busiest models names in metrics, each minute anew. What collects metrics in the process keeps what it has counted under a name for ever: so when many names have been given, the
/// series of all models begin anew.
/// </summary>
/// <remarks>
/// Only what was loaded gets here, so a flood of made-up ids names nothing. A model stays known while it is resident, which is as long as its
/// resident has its series, and as long as it has a name or had requests in the last minute.
/// </remarks>
internal sealed class NamedModels : IDisposable
{
    /// <summary>How many times as many names as may be there at once are given until the series begin anew.</summary>
    private const int NamesKept = 4;

    /// <summary>The time between two looks at who is busiest.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<(string Pool, string Id), WeakReference<ModelSeries>> _known = new();
    private readonly int _max;
    private readonly ModelInstruments _instruments;
    private readonly ITimer _looks;

    // What nobody else may hold and must stay known.
    private HashSet<ModelSeries> _kept = [];
    private HashSet<ModelSeries> _given = [];
    private ImmutableHashSet<ModelSeries> _named = [];

    /// <param name="max">How many models have names at most.</param>
    /// <param name="instruments">What has series by these names.</param>
    /// <param name="time">The clock.</param>
    public NamedModels(int max, ModelInstruments instruments, TimeProvider time)
    {
        _max = max;
        _instruments = instruments;
        _looks = time.CreateTimer(static state => ((NamedModels)state!).Look(), this, Period, Period);
    }

    /// <summary>Those that have a name.</summary>
    public ImmutableHashSet<ModelSeries> Named => Volatile.Read(ref _named);

    /// <summary>The series of a model that has been loaded: with a name at once while there are names to spare.</summary>
    public ModelSeries Get(string pool, string id)
    {
        lock (_lock)
        {
            if (Find(pool, id) is { } known)
            {
                return known;
            }

            var series = new ModelSeries(pool, id);
            _known[(pool, id)] = new WeakReference<ModelSeries>(series);
            _kept.Add(series);
            if (_named.Count < _max)
            {
                Name_NeedsLock(_named.Add(series));
            }

            return series;
        }
    }

    /// <summary>The series of a model; null where it is not known.</summary>
    public ModelSeries? Find(string pool, string id) =>
        _known.TryGetValue((pool, id), out var known) && known.TryGetTarget(out var series) ? series : null;

    /// <summary>Names the busiest since the last look.</summary>
    public void Look()
    {
        lock (_lock)
        {
            List<(ModelSeries Model, long Requests)> seen = [];
            foreach (var (key, known) in _known)
            {
                if (known.TryGetTarget(out var series))
                {
                    seen.Add((series, series.TakeRequests()));
                }
                else
                {
                    _known.TryRemove(key, out _);
                }
            }

            var top = TopModels.Choose(seen, _max);
            if (!_named.SetEquals(top))
            {
                Name_NeedsLock([.. top]);
            }

            _kept = [.. _named, .. seen.Where(static one => one.Requests > 0).Select(static one => one.Model)];
        }
    }

    public void Dispose() => _looks.Dispose();

    private void Name_NeedsLock(ImmutableHashSet<ModelSeries> top)
    {
        foreach (var series in _named.Except(top))
        {
            series.SetNamed(false);
        }

        // Beyond so many it only has to be known that there are more, and nobody may collect for long.
        if (_given.Count <= NamesKept * _max)
        {
            _given.UnionWith(top);
        }

        if (_given.Count > NamesKept * _max && _instruments.TryBeginAnew())
        {
            _given = [.. top];
        }

        foreach (var series in top)
        {
            series.SetNamed(true);
        }

        Volatile.Write(ref _named, top);
    }
}
