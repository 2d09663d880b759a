using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Simulation.Events;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>Measures as production's meter does, from one look to the next: how busy a silo is, and how busy single models keep it.</summary>
internal sealed class SimulatedMeter(InferenceThreads threads, SiloLoad load, EventQueue queue)
{
    private Dictionary<Activation, Sample> _samples = [];
    private TimeSpan _lookedAt;
    private TimeSpan _busy;
    private int _running;

    public double Utilisation => load.Utilisation;

    /// <summary>The time between the last two looks.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Measures the silo. What runs at two looks counts too.</summary>
    public void LookAtSilo()
    {
        var (busy, running) = (threads.Busy.Total, threads.Running);
        Elapsed = queue.Now - _lookedAt;
        load.Utilisation = Math.Clamp(Math.Max((busy - _busy) / (Elapsed * threads.Threads), (double)Math.Min(running, _running) / threads.Threads), 0, 1);
        (_busy, _running, _lookedAt) = (busy, running, queue.Now);
    }

    /// <summary>Measures these models, and forgets all others. One that is looked at for the first time is measured the next time.</summary>
    public void LookAt(IEnumerable<Activation> activations)
    {
        Dictionary<Activation, Sample> samples = [];
        foreach (var activation in activations)
        {
            var (busy, hits) = (activation.Runs.Busy.Total, activation.Resident.Hits);
            samples[activation] = new Sample(busy, hits, _samples.TryGetValue(activation, out var before)
                ? new CopyMeasure(
                    Math.Clamp((busy - before.Busy) / (Elapsed * threads.Threads), 0, 1), Utilisation, TimeSpan.Zero, (hits - before.Hits) / Elapsed.TotalSeconds)
                : null);
        }

        _samples = samples;
    }

    /// <summary>What was measured of a model, with what its next request would wait now; null where it was not.</summary>
    public CopyMeasure? Find(Activation activation) => _samples.GetValueOrDefault(activation).Measure is { } measure
        ? measure with { Wait = threads.GetPace(activation.Runs) * Math.Max(0, activation.Resident.Gate.Users - threads.Threads) }
        : null;

    private readonly record struct Sample(TimeSpan Busy, long Hits, CopyMeasure? Measure);
}
