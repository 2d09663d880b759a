using System.Collections.Immutable;

namespace Orleans.Multiplex.Telemetry.Figures;

/// <summary>
/// What was counted in each five seconds of the last quarter of an hour. Slots end at whole multiples of five seconds of the silo's clock, so that those of several silos are about the same ones.
/// </summary>
internal sealed class FigureHistory(SiloCounters counters, TimeProvider time) : IDisposable
{
    /// <summary>Of so many slots the rates of just now are made.</summary>
    private const int SlotsOfRates = 2;

    /// <summary>Of so many slots the times of just now are made, which needs more requests.</summary>
    private const int SlotsOfTimes = 12;

    private static readonly ImmutableArray<Counted> All = [.. Enum.GetValues<Counted>()];

    private readonly Lock _lock = new();
    private readonly Queue<HistorySlot> _slots = new();
    private readonly Queue<int[]> _times = new();
    private readonly long _startedAt = time.GetTimestamp();
    private long[] _counted = new long[All.Length];
    private int[] _timesSeen = counters.Latency.Read();
    private ITimer? _timer;

    /// <summary>The time since the silo's start.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(_startedAt);

    /// <summary>What is counted since the start.</summary>
    public SiloCounters Counters => counters;

    /// <summary>Begins the slots.</summary>
    public void Start()
    {
        var length = SiloHistory.SlotLength;
        var toNext = TimeSpan.FromTicks(length.Ticks - (time.GetUtcNow().Ticks % length.Ticks));
        _timer ??= time.CreateTimer(static state => ((FigureHistory)state!).EndSlot(), this, toNext, length);
    }

    /// <summary>The last slots, the newest last.</summary>
    /// <param name="most">How many are wanted.</param>
    public ImmutableArray<HistorySlot> Read(int most)
    {
        lock (_lock)
        {
            return [.. _slots.TakeLast(most)];
        }
    }

    /// <summary>How often something was counted per second just now.</summary>
    public double GetRate(Func<HistorySlot, int> count)
    {
        lock (_lock)
        {
            return _slots.Count == 0 ? 0 : _slots.TakeLast(SlotsOfRates).Average(count) / SiloHistory.SlotLength.TotalSeconds;
        }
    }

    /// <summary>The times within which parts of the requests were answered of late.</summary>
    public (TimeSpan? P50, TimeSpan? P99) GetTimes()
    {
        var sum = new int[LatencyHistogram.Classes];
        lock (_lock)
        {
            foreach (var times in _times)
            {
                Add(sum, times);
            }
        }

        return (LatencyHistogram.FindQuantile(sum, 0.5), LatencyHistogram.FindQuantile(sum, 0.99));
    }

    public void Dispose() => _timer?.Dispose();

    private void EndSlot()
    {
        var counted = All.Select(what => counters[what]).ToArray();
        var seen = counters.Latency.Read();
        var times = seen.Zip(_timesSeen, static (now, before) => unchecked(now - before)).ToArray();
        var slot = new HistorySlot(
            Since(Counted.Hit), Since(Counted.Cold), Since(Counted.Failed), Since(Counted.Refused), Since(Counted.Loaded), Since(Counted.LoadFailed), Since(Counted.Evicted),
            LatencyHistogram.FindQuantile(times, 0.5), LatencyHistogram.FindQuantile(times, 0.99));
        (_counted, _timesSeen) = (counted, seen);
        lock (_lock)
        {
            Keep(_slots, slot, SiloHistory.MostSlots);
            Keep(_times, times, SlotsOfTimes);
        }

        int Since(Counted what) => (int)(counted[(int)what] - _counted[(int)what]);
    }

    private static void Keep<T>(Queue<T> queue, T item, int most)
    {
        queue.Enqueue(item);
        if (queue.Count > most)
        {
            queue.Dequeue();
        }
    }

    private static void Add(int[] sum, int[] times)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += times[i];
        }
    }
}
