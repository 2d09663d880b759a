using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>The models whose grains are on this silo that have copies, or may need some: found anew at each look.</summary>
internal sealed class LedModels(
    ResidencyLedger ledger, ModelAttachments attachments, ModelCopies copies, CopyMeter meter, CopySettings settings, GrainPools pools, ILocalSiloDetails local, TimeProvider time)
{
    /// <summary>A silo that is less busy has no hot model.</summary>
    private const double LeastBusy = 0.5;

    /// <summary>How often those are looked for that must have copies, in looks: there may be thousands of residents.</summary>
    private const int LooksBetweenAll = 20;

    /// <summary>What was not asked for this long is not hot.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, LedModel> _models = new(StringComparer.Ordinal);
    private readonly ModelPool? _pool = pools.Find(typeof(InferenceGrain));
    private int _looks;

    /// <summary>The models.</summary>
    public IReadOnlyCollection<LedModel> All => _models.Values;

    /// <summary>Whether there is reason for a look. Also counts it.</summary>
    public bool MayBeHot(double utilisation) => _looks++ % LooksBetweenAll == 0 || utilisation >= LeastBusy || _models.Count > 0;

    /// <summary>Finds them, and measures them and the copies that are here.</summary>
    public void LookAround()
    {
        if (_pool is null)
        {
            return;
        }

        foreach (var name in ledger.Snapshot().Where(IsOfInterest).Select(FindName).OfType<string>())
        {
            // The grain of a model may have come here, where a copy was: the other copies are then this silo's to look after.
            var adopted = Adopt(name);
            if (!_models.ContainsKey(name))
            {
                _models.Add(name, new LedModel(adopted, time));
            }
        }

        foreach (var model in _models.Values)
        {
            // One that is unloaded here goes with its grain, which says that the copies are there still.
            var attachment = attachments.Find(_pool, model.Model);
            model.Resident = attachment?.Resident is { State: ResidentState.Ready } resident ? resident : null;
            if (attachment is null || model.IsForgettable)
            {
                model.End();
                _models.Remove(model.Model);
            }
        }

        meter.LookAt(_models.Values.Select(static model => model.Resident).Concat(copies.Here.Select(static copy => copy.Resident)).OfType<Resident>());
        foreach (var model in _models.Values)
        {
            if (model.Resident is { } resident && meter.Find(resident) is { } measure)
            {
                model.Measure(local.SiloAddress, measure);
            }
        }
    }

    private bool IsOfInterest(Resident resident) =>
        resident is { State: ResidentState.Ready, Key.Pool: ModelPool.OfStore }
        && ((meter.Utilisation >= LeastBusy && resident.Age < Lately) || settings.Of(resident).Min > 1 || resident.Holders.AreBoth());

    // One name for each: whoever asks for the same resident by its version is answered here, or there would be twice as many copies as may be.
    private static string? FindName(Resident resident) => resident.Holders.OfType<ModelAttachment>().OrderBy(static one => one.Key?.Version is not null).FirstOrDefault()?.Model;

    private CopyList Adopt(string model)
    {
        if (copies.Find(model) is not { } copy)
        {
            return CopyList.Of(model, [local.SiloAddress]);
        }

        copies.Remove(copy);
        return CopyList.Of(model, copy.List.Others.Where(silo => !silo.Equals(local.SiloAddress)).Prepend(local.SiloAddress));
    }
}
