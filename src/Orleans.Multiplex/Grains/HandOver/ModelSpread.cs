using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Hands some of the most recently used models over to a silo that has joined, where this silo has had to evict: one at a time and one a second, so that the joined silo and the
/// store are not stormed. Hot models that have copies do not move: the joined silo gets one of them if it is needed. What it is about ends with the silo's room, or its part of the models.
/// </summary>
internal sealed partial class ModelSpread(
    ResidencyLedger ledger, ThrashDetector evictions, ModelHandOver handOver, PlacementSnapshots snapshots, ClusterResidencyView view, ResidencyPublisher publisher, ModelCopies copies, ModelLoader loader, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A silo that has evicted within this time has too little room for what is asked of it.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<SiloAddress, byte> _joined = new();
    private readonly ILogger _logger = logger;

    /// <summary>A silo has joined.</summary>
    public void OnJoined(SiloRow joined)
    {
        if (!publisher.IsDraining && evictions.HasEvictedWithin(Lately) && _joined.TryAdd(joined.Silo, 0))
        {
            _ = SpreadAsync(joined);
        }
    }

    private async Task SpreadAsync(SiloRow joined)
    {
        var offered = new HashSet<ResidentKey>();
        try
        {
            await Task.Delay(Pause, time, loader.Stopping);
            while (FindNext(joined.Silo, offered) is { } resident)
            {
                offered.Add(resident.Key);
                if (await handOver.MoveAsync(resident, joined.Silo, loader.Stopping) == HandOverAnswer.IsReady)
                {
                    LogMoved(resident.Name, joined.Name);
                }

                await Task.Delay(Pause, time, loader.Stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // This silo stops.
        }
#pragma warning disable CA1031 // Nobody waits for this, and nothing is lost: the models stay where they are.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEnded(error, joined.Name);
        }
        finally
        {
            _joined.TryRemove(joined.Silo, out _);
        }
    }

    private Resident? FindNext(SiloAddress joined, HashSet<ResidentKey> offered)
    {
        var name = joined.ToParsableString();
        List<string> silos = [.. view.Rows.Where(static row => row.Pools.Any(static pool => pool.Pool == ModelPool.OfStore)).Select(static row => row.Silo.ToParsableString())];
        return publisher.IsDraining || !silos.Contains(name) || !SpreadRule.HasRoom(snapshots.Take("", ModelPool.OfStore, 0, [joined]).Candidates[0])
            ? null
            : ledger.Snapshot()
                .Where(resident => resident is { State: ResidentState.Ready, IsPinned: false, Key.Pool: ModelPool.OfStore }
                    && !offered.Contains(resident.Key)
                    && copies.FindList(resident) is null
                    && SpreadRule.Belongs(resident.Key.ModelId, name, silos))
                .MaxBy(static resident => resident.LastUse);
    }

    [LoggerMessage(LogEvents.GrainIds + 34, LogLevel.Information, "Model '{Model}' is on silo '{Silo}' now, which has joined.")]
    private partial void LogMoved(string model, string silo);

    [LoggerMessage(LogEvents.GrainIds + 35, LogLevel.Warning, "No more models are handed over to silo '{Silo}', which has joined.")]
    private partial void LogEnded(Exception error, string silo);
}
