namespace Orleans.Multiplex.Telemetry;

/// <summary>A model as telemetry names it.</summary>
/// <param name="Pool">Its pool.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version; 0 where that is not known, or it has none.</param>
internal readonly record struct ModelName(string Pool, string Id, long Version)
{
    /// <summary>The name for people.</summary>
    public override string ToString() => Version > 0 ? $"{Id}@{Version}" : Id;
}
