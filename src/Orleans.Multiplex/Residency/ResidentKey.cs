using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

/// <summary>What a resident is found by: one model version of one pool. Version 0 stands for a model that has no versions.</summary>
internal readonly record struct ResidentKey(string Pool, string ModelId, long Version)
{
    /// <summary>Whether this is the model that a key names, in the version that the key asks for if it asks for one.</summary>
    public bool IsOf(ModelKey key) => ModelId == key.Id && (key.Version ?? Version) == Version;

    /// <summary>The same for telemetry.</summary>
    public ModelName Named => new(Pool, ModelId, Version);

    /// <summary>The model's name for people: the id alone where the model has but one version.</summary>
    public string GetName(bool isOneOfSeveral) => isOneOfSeveral && Version > 0 ? ModelKey.Create(ModelId, Version).ToString() : ModelId;
}
