namespace Orleans.Multiplex.Placement.Copies;

/// <summary>For how long a model's copies have looked the same.</summary>
/// <param name="Need">How they look.</param>
/// <param name="Lasting">The time since they first did.</param>
internal readonly record struct CopyHeat(CopyNeed Need, TimeSpan Lasting)
{
    /// <summary>How they look some time later.</summary>
    public CopyHeat Then(CopyNeed need, TimeSpan elapsed) => need == Need ? this with { Lasting = Lasting + elapsed } : new CopyHeat(need, TimeSpan.Zero);
}
