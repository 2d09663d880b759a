using System.Diagnostics.Metrics;

namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>
/// The instruments with a series for each model that has a name. They are a meter of their own, by the same name: it is disposed and made again to have whoever collects
/// forget the series there were.
/// </summary>
/// <param name="scope">The factory that stands for this host, by which collectors tell it from others in the process.</param>
internal sealed class ModelInstruments(IMeterFactory scope) : IDisposable
{
    private readonly List<Action<Meter>> _gauges = [];
    private readonly Lock _lock = new();
    private volatile Current _current = new(scope);
    private volatile bool _wasRead;

    /// <summary>The time of a request on this silo: pool, model, kind of error where it ended in one.</summary>
    public Histogram<double> RequestDuration => _current.RequestDuration;

    /// <summary>Adds a gauge with a series for each model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">Its unit; null for none.</param>
    /// <param name="description">What it is.</param>
    /// <param name="read">Reads it.</param>
    public void AddGauge(string name, string? unit, string description, Func<IEnumerable<Measurement<int>>> read)
    {
        lock (_lock)
        {
            _gauges.Add(Add);
            Add(_current.Meter);
        }

        void Add(Meter meter) => meter.CreateObservableGauge(name, Read, unit, description);

        IEnumerable<Measurement<int>> Read()
        {
            _wasRead = true;
            return read();
        }
    }

    /// <summary>Has the series of all models begin anew.</summary>
    /// <returns>False when nobody has collected since they did: what was disposed is kept by a collector until then.</returns>
    public bool TryBeginAnew()
    {
        lock (_lock)
        {
            if (!_wasRead)
            {
                return false;
            }

            // First: two instruments of one name at once would be one to whoever collects.
            _current.Meter.Dispose();
            _current = new Current(scope);
            _wasRead = false;
            _gauges.ForEach(add => add(_current.Meter));
            return true;
        }
    }

    public void Dispose() => _current.Meter.Dispose();

    private sealed class Current
    {
        // Not of the factory, which has one meter of a name, for as long as it lives.
        public Current(IMeterFactory scope)
        {
            Meter = new Meter(new MeterOptions(MeterTags.Meter) { Scope = scope });
            RequestDuration = Meter.CreateHistogram(
                "multiplex.request.duration", "s", "The time of a request on this silo, waits and loading included.", tags: null, Buckets.Request);
        }

        public Meter Meter { get; }

        public Histogram<double> RequestDuration { get; }
    }
}
