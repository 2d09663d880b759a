namespace Orleans.Multiplex.Calls;

/// <summary>The bounds of what a call may ask for.</summary>
internal static class CallLimits
{
    /// <summary>What a message takes beside the bytes of its inputs.</summary>
    public const int MessageOverhead = 1 << 20;
}
