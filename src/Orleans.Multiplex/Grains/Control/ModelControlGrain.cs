using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.Control;

/// <inheritdoc cref="IModelControlGrain"/>
/// <remarks>
/// There is one, so that two pins are never granted the same room. It holds nothing that the silos do not have too: every silo keeps the
/// pins, and when this grain's silo has gone, the next activation asks them. Should two be active for a moment, as in a membership change,
/// their tables are merged.
/// </remarks>
[Reentrant, GrainType(ControlGrainType.Name)]
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle: there is nothing to dispose.")]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed partial class ModelControlGrain(
    ResidencyChannel channel, ClusterStore store, PinnedModels pins, KnownFootprints footprints, PinStorage storage, QuarantineControl quarantine, ILoggerFactory loggers)
    : Grain, IModelControlGrain
{
    /// <summary>The longest to wait for one silo's answer about itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Grains);

    // One change of the pins at a time.
    private readonly SemaphoreSlim _changes = new(1, 1);
    private bool _isRestored;

    public async Task UnloadAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);
        channel.Refresh();
        await EnsureRestoredAsync(cancellationToken);
        if (pins.Current.FirstOrDefault(pin => IsKeptBy(key, ModelKey.Parse(pin))) is { } kept)
        {
            throw new ModelPinnedException(model, kept, pins.GetOrigin(kept));
        }

        var wereThere = await Task.WhenAll(channel.ActiveSilos.Select(silo => UnloadAsync(silo, key, cancellationToken)));
        if (!wereThere.Contains(true))
        {
            await store.FindAsync(key, cancellationToken);
        }
    }

    public async Task<bool> PinAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);
        channel.Refresh();
        var description = await store.DescribeAsync(key, cancellationToken);
        footprints.Set(ModelPool.OfStore, key.Id, description.Bytes);
        await _changes.WaitAsync(cancellationToken);
        try
        {
            await RestoreAsync(cancellationToken);
            if (pins.Table.IsPinned(model))
            {
                return false;
            }

            if (!pins.Current.Contains(model))
            {
                await RequireRoomAsync(model, description, cancellationToken);
            }

            await ChangeAsync(model, isPinned: true, cancellationToken);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    public async Task UnpinAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);
        channel.Refresh();
        await _changes.WaitAsync(cancellationToken);
        try
        {
            await RestoreAsync(cancellationToken);
            if (pins.Table.IsPinned(model))
            {
                await ChangeAsync(model, isPinned: false, cancellationToken);
            }
        }
        finally
        {
            _changes.Release();
        }

        if (pins.Current.Contains(model) && pins.GetOrigin(model) == PinOrigin.Settings)
        {
            throw new ModelPinnedException(model, model, PinOrigin.Settings);
        }

        if ((await AskOwnPinsAsync(cancellationToken)).FirstOrDefault(pin => IsKeptBy(key, ModelKey.Parse(pin.Model))) is { } own)
        {
            throw new ModelPinnedException(model, own.Model, own.Origin);
        }
    }

    public async Task<ImmutableArray<PinReport>> GetPinsAsync(CancellationToken cancellationToken)
    {
        channel.Refresh();
        await EnsureRestoredAsync(cancellationToken);
        var rows = await AskRowsAsync(cancellationToken);
        return
        [
            .. pins.Current
                .Select(pin => new PinReport(pin, pins.GetOrigin(pin), rows.FirstOrDefault(row => row.Pinned.Any(one => one.Pins.Contains(pin)))?.Name))
                .Concat(FindOwnPins(rows))
                .OrderBy(static pin => pin.Model, StringComparer.Ordinal)
                .ThenBy(static pin => pin.Origin)
                .ThenBy(static pin => pin.Silo, StringComparer.Ordinal),
        ];
    }

    public Task<ImmutableArray<QuarantineReport>> GetQuarantineAsync(CancellationToken cancellationToken) => quarantine.GetAsync(cancellationToken);

    public Task<ImmutableArray<QuarantineReport>> ClearQuarantineAsync(string model, CancellationToken cancellationToken) =>
        quarantine.ClearAsync(model, cancellationToken);

    public async Task DrainAsync(string silo, CancellationToken cancellationToken)
    {
        var silos = channel.ActiveMembers;
        if (silos.FirstOrDefault(one => one.Name == silo) is not { SiloAddress: { } address })
        {
            throw new SiloNotFoundException(silo, [.. silos.Select(static one => one.Name).Order(StringComparer.Ordinal)]);
        }

        await channel.Of(address).DrainAsync().WaitAsync(cancellationToken);
        LogDraining(silo);
    }

    // A silo that fails to answer may have the model still: unless it has gone, the call fails too, and is made again.
    private async Task<bool> UnloadAsync(SiloAddress silo, ModelKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.Of(silo).UnloadAsync(key).WaitAsync(cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException && !channel.ActiveSilos.Contains(silo))
        {
            return false;
        }
    }

    // The plain id stands for all versions: none of them goes while one is pinned. Whether a version is the one that a pinned id stands for is
    // known to its silo, which refuses it.
    private static bool IsKeptBy(ModelKey key, ModelKey pin) => key.Id == pin.Id && (key.Version is null || key.Version == pin.Version);

    private async Task RequireRoomAsync(string model, ModelDescription description, CancellationToken cancellationToken)
    {
        if (pins.Table.Pinned.Count() >= PinnedModels.Most)
        {
            throw new PinRefusedException(model, $"Model '{model}' cannot be pinned: {PinnedModels.Most} models are, which is the most. Unpin some first.", []);
        }

        var rows = await AskRowsAsync(cancellationToken);
        if (!rows.Any(static row => !row.IsDraining && row.Pools.Any(static pool => pool.Pool == ModelPool.OfStore)))
        {
            throw new ClusterUnavailableException(model, Patience);
        }

        // A version that another pin keeps already takes no further room.
        var resident = rows.SelectMany(static row => row.Pinned).ToList();
        if (resident.Any(one => one.ModelId == ModelKey.Parse(model).Id && one.Version == description.Version))
        {
            return;
        }

        var loaded = resident.SelectMany(static one => one.Pins).ToHashSet(StringComparer.Ordinal);
        var waiting = await Task.WhenAll(pins.Current.Except(loaded).Select(pin => EstimateAsync(pin, cancellationToken)));
        if (PinPlan.FindShortage(rows, waiting, description.Bytes) is { } shortage)
        {
            throw new PinRefusedException(model, Explain(model, description.Bytes, shortage), shortage.InTheWay);
        }
    }

    // The bytes of a pin whose model is not loaded. One that cannot be found out takes a place all the same.
    private async Task<PinnedBytes> EstimateAsync(string pin, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(pin);
        try
        {
            var bytes = footprints.Find(ModelPool.OfStore, key.Id) is var known and > 0 ? known : (await store.DescribeAsync(key, cancellationToken)).Bytes;
            return new PinnedBytes([pin], bytes);
        }
        catch (MultiplexException)
        {
            return new PinnedBytes([pin], 0);
        }
    }

    private static string Explain(string model, long bytes, PinShortage shortage) => shortage switch
    {
        { Silo: "" } => $"Model '{model}' cannot be pinned: it takes {new ByteSize(bytes)}, and no silo may hold so much (Multiplex:MaxBytesPerSilo).",
        { InTheWay: [] } => $"Model '{model}' cannot be pinned: silo '{shortage.Silo}' may hold no more models.",
        _ => $"Model '{model}' ({new ByteSize(bytes)}) cannot be pinned: beside the pinned models no silo has room for it. "
            + $"On silo '{shortage.Silo}' would have to go: {string.Join(", ", shortage.InTheWay.Select(static pin => $"'{pin}'"))}. Unpin them, raise the quota, or add a silo.",
    };

    private async Task ChangeAsync(string model, bool isPinned, CancellationToken cancellationToken)
    {
        try
        {
            pins.Take(await storage.WriteAsync(model, pins.Table.With(model, isPinned)));
        }
        catch (StoreUnavailableException)
        {
            // It may have been written all the same: what is kept is read again before the next answer.
            _isRestored = false;
            throw;
        }

        await channel.AskAllAsync(exchange => TakeAsync(exchange, pins.Table), Patience, cancellationToken);
        if (isPinned)
        {
            LogPinned(model);
        }
        else
        {
            LogUnpinned(model);
        }
    }

    private async Task EnsureRestoredAsync(CancellationToken cancellationToken)
    {
        if (_isRestored)
        {
            return;
        }

        await _changes.WaitAsync(cancellationToken);
        try
        {
            await RestoreAsync(cancellationToken);
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (_isRestored)
        {
            return;
        }

        foreach (var table in await channel.AskAllAsync(static exchange => exchange.GetPinsAsync(), Patience, cancellationToken))
        {
            pins.Take(table);
        }

        pins.Take(await storage.ReadAsync());
        await channel.AskAllAsync(exchange => TakeAsync(exchange, pins.Table), Patience, cancellationToken);
        _isRestored = true;
    }

    private static async Task<bool> TakeAsync(IResidencyExchange exchange, PinTable table)
    {
        await exchange.TakePinsAsync(table);
        return true;
    }

    private async Task<IEnumerable<PinReport>> AskOwnPinsAsync(CancellationToken cancellationToken) => FindOwnPins(await AskRowsAsync(cancellationToken));

    // Each is of one resident, and known to its silo alone.
    private static IEnumerable<PinReport> FindOwnPins(IEnumerable<SiloRow> rows) => rows.SelectMany(static row => row.Pinned
        .Where(static one => one.IsPinnedByFile)
        .Select(one => new PinReport(one.OwnPin, PinOrigin.ModelFile, row.Name)));

    private async Task<SiloRow[]> AskRowsAsync(CancellationToken cancellationToken)
    {
        var rows = await channel.AskAllAsync(static exchange => exchange.GetRowAsync(), Patience, cancellationToken);
        return [.. rows.OfType<SiloRow>()];
    }

    [LoggerMessage(LogEvents.GrainIds + 25, LogLevel.Information, "Silo '{Silo}' was told to leave.")]
    private partial void LogDraining(string silo);

    [LoggerMessage(LogEvents.GrainIds + 22, LogLevel.Information, "Pinned model '{Model}'.")]
    private partial void LogPinned(string model);

    [LoggerMessage(LogEvents.GrainIds + 23, LogLevel.Information, "Unpinned model '{Model}'.")]
    private partial void LogUnpinned(string model);
}
