namespace Orleans.Multiplex.Residency;

/// <summary>
/// The legal moves between the states of a resident:
/// <code>
/// Queued → Fetching → Reserving ⇄ Checking → Opening → Ready → Draining → Unloading → Gone
///    └────────┴───────────┴──────────┴──────────┴──→ Failed
/// </code>
/// A model of a class that needs no files skips Fetching. One that was measured while it was checked goes back to Reserving for what was
/// measured, and from there to Opening. Failed and Gone are ends.
/// </summary>
internal static class ResidentTransitions
{
    public static bool IsLegal(ResidentState from, ResidentState to) => (from, to) switch
    {
        (ResidentState.Queued, ResidentState.Fetching or ResidentState.Reserving) => true,
        (ResidentState.Fetching, ResidentState.Reserving) => true,
        (ResidentState.Reserving, ResidentState.Checking or ResidentState.Opening) => true,
        (ResidentState.Checking, ResidentState.Reserving or ResidentState.Opening) => true,
        (ResidentState.Opening, ResidentState.Ready) => true,
        ( < ResidentState.Ready, ResidentState.Failed) => true,
        (ResidentState.Ready, ResidentState.Draining) => true,
        (ResidentState.Draining, ResidentState.Unloading) => true,
        (ResidentState.Unloading, ResidentState.Gone) => true,
        _ => false,
    };

    /// <summary>Whether a load is under way in this state.</summary>
    public static bool IsLoading(this ResidentState state) => state < ResidentState.Ready;

    /// <summary>What a load is doing, as the end of a sentence about the model.</summary>
    public static string DescribeLoad(this ResidentState state) => state switch
    {
        ResidentState.Queued => "it waits for its turn",
        ResidentState.Fetching => "its files are being fetched",
        ResidentState.Reserving => "it waits for room",
        ResidentState.Checking => "it is being checked",
        _ => "it is being opened",
    };
}
