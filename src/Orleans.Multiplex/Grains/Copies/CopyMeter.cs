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
    private int _running;
    private TimeSpan _elapsed;

    /// <summary>The part of the threads that was busy between the last two looks.</summary>
    public double Utilisation => load.Utilisation;

    /// <summary>The time between the last two looks.</summary>
    public TimeSpan Elapsed => _elapsed;

    /// <summary>Measures the silo. What runs counts when it has ended; so where runs outlast the time between two looks, it counts too how many run at both.</summary>
    public void LookAtSilo()
    {
        var (busy, running, now) = (scheduler.Busy.Total, scheduler.Running, time.GetTimestamp());
        _elapsed = time.GetElapsedTime(_lookedAt, now);
        if (_elapsed > TimeSpan.Zero)
        {
            var ended = (busy - _busy) / (_elapsed * scheduler.Threads);
            load.Utilisation = Math.Clamp(Math.Max(ended, (double)Math.Min(running, _running) / scheduler.Threads), 0, 1);
        }

        (_busy, _running, _lookedAt) = (busy, running, now);
    }

    /// <summary>Measures these models, and forgets all others. One that is looked at for the first time is measured the next time.</summary>
    public void LookAt(IEnumerable<Resident> residents)
    {
        var samples = new Dictionary<Resident, Sample>();
        foreach (var resident in residents)
        {
            var (busy, hits) = (scheduler.GetRuns(resident, resident.Key.ModelId).Busy.Total, resident.Hits);
            var measure = _samples.TryGetValue(resident, out var before) && _elapsed > TimeSpan.Zero
                ? new CopyMeasure(
                    Math.Clamp((busy - before.Busy) / (_elapsed * scheduler.Threads), 0, 1), Utilisation, TimeSpan.Zero, (hits - before.Hits) / _elapsed.TotalSeconds)
                : (CopyMeasure?)null;
            samples[resident] = new Sample(busy, hits, measure);
        }

        Volatile.Write(ref _samples, samples);
    }

    /// <summary>What was measured of a model, with what its next request would wait now; null where it was not.</summary>
    public CopyMeasure? Find(Resident resident)
    {
        if (!Volatile.Read(ref _samples).TryGetValue(resident, out var sample) || sample.Measure is not { } measure)
        {
            return null;
        }

        var pace = scheduler.GetPace(scheduler.GetRuns(resident, resident.Key.ModelId));
        return measure with { Wait = pace * Math.Max(0, resident.Gate.Users - scheduler.Threads) };
    }

    /// <summary>What was counted of a model at a look.</summary>
    private readonly record struct Sample(TimeSpan Busy, long Hits, CopyMeasure? Measure);
}
