using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>The statistics of this silo: what it has counted, and the bytes of what it holds now. Reads only.</summary>
internal sealed class SiloStatistics(InferenceStatistics counted, ResidencyLedger ledger)
{
    /// <summary>The statistics of a model, of all its versions unless it names one; or of all models.</summary>
    public ImmutableArray<ModelStatistics> Report(string? model)
    {
        ModelKey? key = model is null ? null : ModelKey.Parse(model);
        var held = ledger.Snapshot()
            .Where(resident => resident.Pool.Name == InferenceGrain.PoolName && (key is not { } asked || resident.Key.IsOf(asked)))
            .Select(static resident => new ModelStatistics
            {
                Model = resident.Key.ModelId,
                Version = resident.Key.Version,
                Bytes = resident.Reservation?.Bytes ?? 0,
            });
        return StatisticsSum.Of(counted.Read(key).Concat(held));
    }
}
