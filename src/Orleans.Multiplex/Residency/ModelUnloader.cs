using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Residency;

/// <summary>Takes a model away that was closed to new requests: waits for the last one that uses it, lets its grain go, disposes it, and only then gives its room back.</summary>
/// <param name="ledger">Where it leaves.</param>
/// <param name="thrash">Learns what was evicted.</param>
/// <param name="telemetry">Is told.</param>
/// <param name="reclaim">Looks for other victims, where this one takes long.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ModelUnloader(ResidencyLedger ledger, ThrashDetector thrash, SiloTelemetry telemetry, Action reclaim, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// How long a model that was closed while in use counts as on its way out. A request that hangs would otherwise be the room that all who
    /// wait are promised, while idle models stay.
    /// </summary>
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    /// <summary>Takes the model away; completes when its room is free.</summary>
    public async Task UnloadAsync(Victim victim, EvictionReason reason)
    {
        var resident = victim.Resident;

        // It is for who waits for the room, and not for who came by when it could begin.
        using var span = Spans.StartFor(victim.Shortage is { } shortage ? shortage.Span : Spans.Recorded, SpanNames.Evict, resident.Key.ModelId)
            ?.SetTag(SpanTags.Reason, SiloTelemetry.Camel(reason.ToString()));
        var evicted = new EvictedModel(
            reason, victim.Shortage?.For, victim.Shortage?.Limit, resident.Gate.Users > 0, resident.Age, resident.Reservation!.Bytes + resident.Reservation.MappedBytes);
        if (!resident.Gate.WhenEmpty.IsCompleted)
        {
            await using (StartGrace(resident))
            {
                await resident.Gate.WhenEmpty.ConfigureAwait(ConfigureAwaitOptions.None);
            }
        }

        var started = time.GetTimestamp();
        resident.MoveTo(ResidentState.Unloading);
        LogUnloading(resident.Name, reason);
        if (reason == EvictionReason.Quota)
        {
            thrash.OnEvicted(resident.Key);
        }

        resident.LetGo();
        try
        {
            await using (StartGrace(resident))
            {
                // On a thread of the pool: a model's Dispose may block, and this may be a grain's turn.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                await ModelDisposal.DisposeAsync(resident.TakeModel());
            }

            LogUnloaded(resident.Name, time.GetElapsedTime(started).TotalMilliseconds);
        }
#pragma warning disable CA1031 // Whatever a model's own Dispose throws harms no request: its memory counts as freed and it is said.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogUnloadFailed(resident.Name, error);
            span?.Fail(error);
        }

        // Before its room is free: who gets that finds it gone.
        ledger.Remove(resident, $"unloaded: {reason}");
        resident.MoveTo(ResidentState.Gone);
        resident.Reservation.Release();
        telemetry.Evicted(resident.Key.Named, evicted, time.GetElapsedTime(started));
        resident.End();
    }

    // A request or a Dispose that hangs must not be the room that all who wait are promised: after a moment others go in its place.
    private ITimer StartGrace(Resident resident) => time.CreateTimer(
        _ =>
        {
            resident.Reservation!.StopLeaving();
            reclaim();
        },
        null,
        DrainGrace,
        Timeout.InfiniteTimeSpan);

    [LoggerMessage(LogEvents.ResidencyIds + 0, LogLevel.Information, "Unloading model '{Model}'. Reason: {Reason}.")]
    private partial void LogUnloading(string model, EvictionReason reason);

    [LoggerMessage(LogEvents.ResidencyIds + 1, LogLevel.Information, "Successfully unloaded model '{Model}' in {Milliseconds:0.0}ms.")]
    private partial void LogUnloaded(string model, double milliseconds);

    [LoggerMessage(LogEvents.ResidencyIds + 2, LogLevel.Error, "Model '{Model}' failed while it was being disposed; its room is free again.")]
    private partial void LogUnloadFailed(string model, Exception error);
}
