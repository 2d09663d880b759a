using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>Measures how busy the silo is, and how busy single models keep it, from one look to the next. Looks are made one after the other; what they found may be read by anyone.</summary>
internal sealed class CopyMeter(InferenceScheduler scheduler, SiloLoad load, TimeProvider time)
{
    private Dictionary<Resident, Sample> _samples = [];
    private long _lookedAt = time.GetTimestamp();
    private TimeSpan _busy;
    private TimeSpan _elapsed;

    /// <summary>The part of the threads that was busy between the last two looks.</summary>
    public double Utilisation => load.Utilisation;

    /// <summary>The time between the last two looks.</summary>
    public TimeSpan Elapsed => _elapsed;

    /// <summary>Measures the silo.</summary>
    public void LookAtSilo()
    {
        var now = time.GetTimestamp();
        var busy = scheduler.Busy.GetTotal(now);
        _elapsed = time.GetElapsedTime(_lookedAt, now);
        load.Utilisation = GetPart(busy - _busy);
        (_busy, _lookedAt) = (busy, now);
    }

    /// <summary>Measures these models, and forgets all others. One that is looked at for the first time is measured the next time.</summary>
    public void LookAt(IEnumerable<Resident> residents)
    {
        var samples = new Dictionary<Resident, Sample>();
        foreach (var resident in residents)
        {
            var runs = scheduler.GetRuns(resident, resident.Key.ModelId);
            var sample = new Sample(runs.Busy.GetTotal(_lookedAt), runs.Waited, resident.Hits);
            samples[resident] = _samples.TryGetValue(resident, out var before) && _elapsed > TimeSpan.Zero
                ? sample with
                {
                    Measure = new CopyMeasure(
                        GetPart(sample.Busy - before.Busy), Utilisation, sample.Waited.GetMeanSince(before.Waited), (sample.Hits - before.Hits) / _elapsed.TotalSeconds),
                }
                : sample;
        }

        Volatile.Write(ref _samples, samples);
    }

    /// <summary>
    /// What was measured of a model; null where it was not. Its wait is that of the requests that have begun, or that of the next one behind those that wait, if that is more: where
    /// runs are long, few begin.
    /// </summary>
    public CopyMeasure? Find(Resident resident)
    {
        if (!Volatile.Read(ref _samples).TryGetValue(resident, out var sample) || sample.Measure is not { } measure)
        {
            return null;
        }

        var next = scheduler.GetWait(scheduler.GetRuns(resident, resident.Key.ModelId));
        return next > measure.Wait ? measure with { Wait = next } : measure;
    }

    private double GetPart(TimeSpan busy) => _elapsed > TimeSpan.Zero ? Math.Clamp(busy / (_elapsed * scheduler.Threads), 0, 1) : 0;

    /// <summary>What was counted of a model at a look, and what it came to since the one before.</summary>
    private readonly record struct Sample(TimeSpan Busy, WaitedTime Waited, long Hits)
    {
        public CopyMeasure? Measure { get; init; }
    }
}
