namespace Orleans.Multiplex.Residency;

/// <summary>What a resident is found by: one model version of one pool. Version 0 stands for a model that has no versions.</summary>
internal readonly record struct ResidentKey(string Pool, string ModelId, long Version)
{
    public override string ToString() => Version == 0 ? ModelId : ModelKey.Create(ModelId, Version).ToString();
}
