namespace Orleans.Multiplex.Placement.Copies;

/// <summary>For how long a model's copies have looked the same, but for looks here and there: no load is even.</summary>
/// <param name="Need">How they look.</param>
/// <param name="Lasting">The time since they first did, less what they did not.</param>
/// <param name="IsNow">Whether they did at the last look.</param>
internal readonly record struct CopyHeat(CopyNeed Need, TimeSpan Lasting, bool IsNow = true)
{
    /// <summary>How much more a look counts at which all is well.</summary>
    private const double WeightOfEnough = 2;

    /// <summary>How they look some time later.</summary>
    public CopyHeat Then(CopyNeed need, TimeSpan elapsed) =>
        need == Need ? new CopyHeat(Need, Lasting + elapsed)
        : need == CopyNeed.Enough && Lasting > elapsed * WeightOfEnough ? new CopyHeat(Need, Lasting - (elapsed * WeightOfEnough), IsNow: false)
        : new CopyHeat(need, TimeSpan.Zero);
}
