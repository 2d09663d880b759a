namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>
/// Which part a silo takes. The legal moves:
/// <code>
/// None → Host
/// None → Guest → None     when the host has gone
///        Guest → Alone    when the host has no process
/// None → Alone → any of the three, when it has looked again after a while
/// </code>
/// A host stays one until it stops.
/// </summary>
internal static class PartRule
{
    /// <summary>How long a silo tries to reach the host, and how long that may take to answer then.</summary>
    public static readonly TimeSpan ReachPatience = TimeSpan.FromSeconds(2);

    /// <summary>After how long a silo that could not use the host looks again.</summary>
    public static readonly TimeSpan AlonePause = TimeSpan.FromMinutes(1);

    public static bool IsLegal(WorkerPart from, WorkerPart to) => (from, to) switch
    {
        (WorkerPart.None, not WorkerPart.None) => true,
        (WorkerPart.Guest, WorkerPart.None or WorkerPart.Alone) => true,
        (WorkerPart.Alone, not WorkerPart.None) => true,
        _ => false,
    };

    /// <summary>The part to take; none yet where it is to be tried again.</summary>
    /// <param name="hasLock">Whether it has taken the host's lock.</param>
    /// <param name="reach">What came of reaching the host, where that was tried.</param>
    /// <param name="elapsed">How long it has been tried already.</param>
    public static WorkerPart Choose(bool hasLock, Reach reach, TimeSpan elapsed) => (hasLock, reach) switch
    {
        (true, _) => WorkerPart.Host,
        (_, Reach.Answered) => WorkerPart.Guest,
        (_, Reach.Refused) => WorkerPart.Alone,
        _ => elapsed >= ReachPatience ? WorkerPart.Alone : WorkerPart.None,
    };

    /// <summary>Whether a part is still the right one.</summary>
    /// <param name="part">The part.</param>
    /// <param name="isHostLost">Whether the host was lost since.</param>
    /// <param name="elapsed">How long ago it was taken.</param>
    public static bool Holds(WorkerPart part, bool isHostLost, TimeSpan elapsed) => part switch
    {
        WorkerPart.Host => true,
        WorkerPart.Guest => !isHostLost,
        WorkerPart.Alone => elapsed < AlonePause,
        _ => false,
    };
}
