using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>How many copies models may have, by the silo's settings, and what those leave open by the models' own.</summary>
/// <param name="most">The most copies of any model; null for as many as there are silos.</param>
/// <param name="models">What holds for single models, by their ids.</param>
internal sealed class CopySettings(int? most, IReadOnlyDictionary<string, CopyOptions> models)
{
    /// <summary>The models that are loaded without being asked for.</summary>
    public IEnumerable<string> Preloaded => models.Where(static one => one.Value.MinCopies is not null).Select(static one => one.Key);

    /// <summary>What holds for a model.</summary>
    public CopyLimits Of(Resident resident)
    {
        var said = models.GetValueOrDefault(resident.Key.ModelId);
        return Decide(said, most, resident.Settings);
    }

    /// <summary>What settings say of the model goes before all; what they say of all models bounds what the model says of itself.</summary>
    public static CopyLimits Decide(CopyOptions? said, int? most, ModelSettings own)
    {
        var max = said?.MaxCopies ?? Math.Min(own.MaxCopies ?? CopyLimits.Default.Max, most ?? CopyLimits.Default.Max);
        var min = said?.MinCopies ?? Math.Min(own.MinCopies ?? CopyLimits.Default.Min, max);
        return new CopyLimits(min, Math.Max(min, max));
    }

    public static IEnumerable<string> FindFaults(string model, CopyOptions said)
    {
        var name = $"Multiplex:Copies:{model}";
        return
        [
            .. Rules.Require(
                ModelKey.TryParse(model, out var key, out var fault) && key.Version is null, name, $"for '{model}'", $"for a model's id without a version; {fault}"),
            .. Rules.Require(said.MinCopies is null or > 0, $"{name}:MinCopies", said.MinCopies, "a positive number, or left out"),
            .. Rules.Require(
                said.MaxCopies is null || said.MaxCopies >= Math.Max(1, said.MinCopies ?? 1),
                $"{name}:MaxCopies",
                said.MaxCopies,
                "a positive number that is not below MinCopies, or left out"),
        ];
    }
}
