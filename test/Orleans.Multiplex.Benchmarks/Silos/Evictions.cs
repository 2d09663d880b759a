using System.Globalization;
using System.Net;
using System.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Telemetry.Journal;

namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>An eviction among many residents: what the ledger, the quota and the eviction service take for one, of all threads together.</summary>
internal static class Evictions
{
    private const int Residents = 20_000;
    private const int Rounds = 20_000;
    private const int Times = 5;
    private const double MostMicroseconds = 20;

    // As in a burst. One after the other, threads that wait for the next one would spin, which is time of theirs and no work.
    private const int AtOnce = 100;

    // .NET compiles anew, in the background, what was called often, a tenth of a second after it has compiled something.
    private static readonly TimeSpan CompilingPause = TimeSpan.FromMilliseconds(200);

    public static async Task<Row> MeasureAsync()
    {
        var time = TimeProvider.System;
        var pool = new ModelPool("A", Residents);
        var limits = new RoomWaitLimits(AtOnce, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var quota = new SiloQuota([pool], new ModelMemory(1L << 40, 1L << 40), limits, "silo", time);
        var clock = new UseClock(time);
        var ledger = new ResidencyLedger(clock);
        var view = new ClusterResidencyView(time);
        var pins = new PinnedModels([], view);
        var journal = new SiloJournal("silo", time);
        var pinned = new PinnedResidents(pins, new PinRoom(pins, view, new KnownFootprints(), quota, new NoSilo()));
        using var evictions = new EvictionService(
            quota,
            ledger,
            new RoomClaims(quota, time),
            pinned,
            new ThrashDetector(time, NullLogger.Instance),
            new SiloTelemetry(journal, new RepeatedEvents(journal, time), new SiloCounters()),
            new EvictionOptions { DrainPatience = TimeSpan.FromSeconds(1) },
            time,
            NullLogger.Instance);
        var next = 0;
        for (; next < Residents; next++)
        {
            Reside(await quota.ReserveAsync(pool, "m", 1000, null, CancellationToken.None));
        }

        await WarmUpAsync();
        GC.Collect();
        var start = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Times; i++)
        {
            await EvictAsync();
        }

        var microseconds = (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / (Times * Rounds);
        return new Row(
            "an eviction, our own work",
            string.Create(CultureInfo.InvariantCulture, $"among {Residents} residents, {Times * Rounds} times, 100 at once, with the arrival of those that come for them; all threads"),
            string.Create(CultureInfo.InvariantCulture, $"{microseconds:0.0} µs"),
            "≤ 20 µs",
            microseconds <= MostMicroseconds);

        // Until .NET has nothing more to compile: that is no part of an eviction.
        async Task WarmUpAsync()
        {
            long known;
            do
            {
                known = JitInfo.GetCompiledMethodCount();
                await EvictAsync();
                await Task.Delay(CompilingPause, TimeProvider.System);
            }
            while (JitInfo.GetCompiledMethodCount() > known);
        }

        async Task EvictAsync()
        {
            for (var i = 0; i < Rounds; i += AtOnce)
            {
                var arriving = Enumerable.Range(0, AtOnce).Select(_ => quota.ReserveAsync(pool, "m", 1000, null, CancellationToken.None).AsTask());
                foreach (var reservation in await Task.WhenAll(arriving))
                {
                    Reside(reservation);
                }
            }
        }

        void Reside(Reservation reservation)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"m{next++}");
            var resident = ledger.Enter(new ResidentKey(pool.Name, id, 1), id, pool, out _);
            resident.Reservation = reservation;
            resident.MoveTo(ResidentState.Checking);
            resident.MoveTo(ResidentState.Reserving);
            resident.MoveTo(ResidentState.Opening);
            resident.CompleteLoad(new Model());
            evictions.Add(resident);
            resident.Gate.Leave();
        }
    }

    private sealed class Model : IDisposable
    {
        public void Dispose()
        {
        }
    }

    private sealed class NoSilo : ILocalSiloDetails
    {
        public string Name => "silo";

        public string ClusterId => "benchmark";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress { get; } = SiloAddress.New(IPAddress.Loopback, 1, 1);

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
