namespace Orleans.Multiplex.Placement.Copies;

/// <summary>How many silos should have a model, and which. Pure: no clock, no chance.</summary>
/// <remarks>
/// A copy is added when for a second the model's requests wait, or all silos that have it are busy and it is a good part of what they do. One is dropped
/// when for ten seconds the others would have been far from busy without it. Between the two lies enough that what is added for one load is not dropped at the same.
/// What says that a copy is too many is an average over some seconds: the few runs between two looks come by chance, so of several silos that are a quarter busy, hardly any ten seconds
/// go by without one of them having looked half busy once.
/// </remarks>
internal static class CopyRule
{
    /// <summary>How often copies are looked at.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a model must be hot before it gets a copy more.</summary>
    public static readonly TimeSpan HotFor = TimeSpan.FromSeconds(1);

    /// <summary>How long it must be cool before it gets one fewer.</summary>
    public static readonly TimeSpan CoolFor = TimeSpan.FromSeconds(10);

    /// <summary>What the last measure counts in the average by which copies are dropped.</summary>
    public const double WeightOfNew = 0.125;

    /// <summary>From here on requests wait, and do not only pass each other.</summary>
    private static readonly TimeSpan LongWait = TimeSpan.FromMilliseconds(50);

    private const double Full = 0.8;
    private const double GoodPart = 0.2;

    /// <summary>How busy the silos may be that are left when a copy is dropped.</summary>
    private const double FarFromFull = 0.5;

    /// <summary>What is hardly asked for needs no copies, unless the silos are busy with others: then it may be their load that it shares.</summary>
    private const double HardlyAsked = 0.02;

    /// <summary>What a silo may be busy at most that gets a copy, and by how much less than the one that gives it: where all are busy, a copy would help nobody.</summary>
    private const double FreeToTake = 0.7;
    private const double Relief = 0.2;

    /// <summary>How the copies of a model look.</summary>
    /// <param name="copies">What was measured of each; at least one.</param>
    /// <param name="limits">How many there may be.</param>
    /// <param name="usual">The average of what was measured of each; null where it is the same.</param>
    public static CopyNeed Judge(IReadOnlyList<CopyMeasure> copies, CopyLimits limits, IReadOnlyList<CopyMeasure>? usual = null) =>
        copies.Count < limits.Min ? CopyNeed.Missing
        : copies.Count > limits.Max ? CopyNeed.Surplus
        : copies.Count < limits.Max && IsHot(copies) ? CopyNeed.More
        : copies.Count > limits.Min && IsCool(usual ?? copies) ? CopyNeed.Fewer
        : CopyNeed.Enough;

    /// <summary>By how many the copies are to change now: 1, −1 or 0.</summary>
    public static int Decide(CopyHeat heat) => heat switch
    {
        { IsNow: false } => 0,
        { Need: CopyNeed.Missing } => 1,
        { Need: CopyNeed.Surplus } => -1,
        { Need: CopyNeed.More } when heat.Lasting >= HotFor => 1,
        { Need: CopyNeed.Fewer } when heat.Lasting >= CoolFor => -1,
        _ => 0,
    };

    /// <summary>Whether a silo may take a copy of a hot model.</summary>
    /// <param name="target">The part of its threads that is busy.</param>
    /// <param name="giver">The same of the silo that has the model.</param>
    public static bool MayTake(double target, double giver) => target <= Math.Min(FreeToTake, giver - Relief);

    /// <summary>Which copy goes: on the silo that has most else to do.</summary>
    /// <param name="copies">What was measured of each but of the first, which stays; at least one.</param>
    public static int ChooseDropped(IReadOnlyList<CopyMeasure> copies) =>
        Enumerable.Range(0, copies.Count).MaxBy(i => (copies[i].Utilisation - copies[i].Busy, i));

    /// <summary>The time between two requests to each copy when there is one more: what is used as seldom, or more often, stays where it is.</summary>
    /// <param name="copies">What was measured of those that there are.</param>
    /// <param name="age">The time since the last request.</param>
    public static TimeSpan GetAge(IReadOnlyList<CopyMeasure> copies, TimeSpan age)
    {
        var rate = copies.Sum(static copy => copy.Rate);
        var between = rate > 0 ? TimeSpan.FromSeconds(Math.Min((copies.Count + 1) / rate, TimeSpan.FromDays(1).TotalSeconds)) : age;
        return between > age ? between : age;
    }

    private static bool IsHot(IReadOnlyList<CopyMeasure> copies) =>
        copies.Average(static copy => copy.Wait.TotalSeconds) >= LongWait.TotalSeconds
        || (copies.All(static copy => copy.Utilisation >= Full) && copies.Average(static copy => copy.Busy) >= GoodPart);

    // What one of them does would be done by the others.
    private static bool IsCool(IReadOnlyList<CopyMeasure> copies)
    {
        var others = copies.Count - 1;
        var busy = copies.Sum(static copy => copy.Busy);
        return copies.All(static copy => copy.Wait < LongWait / 4)
            && copies.Max(static copy => copy.Utilisation) is var most
            && (most + (busy / copies.Count / others) < FarFromFull || (busy / others < HardlyAsked && most < Full));
    }
}
