namespace Orleans.Multiplex.Residency;

/// <summary>
/// The legal moves between the states of a resident:
/// <code>
/// Queued → Fetching → Checking → Reserving → Opening → Ready → Draining → Unloading → Gone
///    └────────┴──────────┴───────────┴──────────┴──→ Failed
/// </code>
/// A model of a class that needs no files skips Fetching. Failed and Gone are ends.
/// </summary>
internal static class ResidentTransitions
{
    public static bool IsLegal(ResidentState from, ResidentState to) => (from, to) switch
    {
        (ResidentState.Queued, ResidentState.Fetching or ResidentState.Checking) => true,
        (ResidentState.Fetching, ResidentState.Checking) => true,
        (ResidentState.Checking, ResidentState.Reserving) => true,
        (ResidentState.Reserving, ResidentState.Opening) => true,
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
        ResidentState.Checking => "it is being checked",
        ResidentState.Reserving => "it waits for room",
        _ => "it is being opened",
    };
}
