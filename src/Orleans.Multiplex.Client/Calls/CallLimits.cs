namespace Orleans.Multiplex.Calls;

/// <summary>The bounds of what a call may ask for.</summary>
internal static class CallLimits
{
    /// <summary>The longest time a call may be given: beyond it, it is a mistake in the unit.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(1);

    /// <summary>What a message takes beside the bytes of its inputs.</summary>
    public const int MessageOverhead = 1 << 20;
}
