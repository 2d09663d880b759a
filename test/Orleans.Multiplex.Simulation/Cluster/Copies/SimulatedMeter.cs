using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>Measures as production's meter does, from one look to the next: how busy a silo is, and how busy single models keep it.</summary>
internal sealed class SimulatedMeter(InferenceThreads threads, SiloLoad load, TimeProvider time)
{
    private Dictionary<Activation, Sample> _samples = [];
    private long _lookedAt;
    private TimeSpan _busy;

    public double Utilisation => load.Utilisation;

    /// <summary>The time between the last two looks.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Measures the silo.</summary>
    public void LookAtSilo()
    {
        var now = time.GetTimestamp();
        var busy = threads.Busy.GetTotal(now);
        Elapsed = time.GetElapsedTime(_lookedAt, now);
        load.Utilisation = GetPart(busy - _busy);
        (_busy, _lookedAt) = (busy, now);
    }

    /// <summary>Measures these models, and forgets all others. One that is looked at for the first time is measured the next time.</summary>
    public void LookAt(IEnumerable<Activation> activations)
    {
        Dictionary<Activation, Sample> samples = [];
        foreach (var activation in activations)
        {
            var (busy, waited, hits) = (activation.Runs.Busy.GetTotal(_lookedAt), activation.Runs.Waited, activation.Resident.Hits);
            samples[activation] = new Sample(busy, waited, hits, _samples.TryGetValue(activation, out var before)
                ? new CopyMeasure(GetPart(busy - before.Busy), Utilisation, waited.GetMeanSince(before.Waited), (hits - before.Hits) / Elapsed.TotalSeconds)
                : null);
        }

        _samples = samples;
    }

    /// <summary>What was measured of a model, or what its next request would wait now, if that is more; null where it was not.</summary>
    public CopyMeasure? Find(Activation activation) => _samples.GetValueOrDefault(activation).Measure is { } measure
        ? measure with { Wait = Max(measure.Wait, threads.GetWait(activation.Runs)) }
        : null;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private double GetPart(TimeSpan busy) => Math.Clamp(busy / (Elapsed * threads.Threads), 0, 1);

    private readonly record struct Sample(TimeSpan Busy, WaitedTime Waited, long Hits, CopyMeasure? Measure);
}
