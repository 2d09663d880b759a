namespace Orleans.Multiplex;

/// <summary>The bounds of what a call may carry, which silos and clients must agree on.</summary>
internal static class CallLimits
{
    /// <summary>What a message takes beside the bytes of the tensors that it carries; generously.</summary>
    public const int MessageOverhead = 1 << 20;

    /// <summary>The part of it that names and shapes may take; the rest is the message's own.</summary>
    public const int NamesOverhead = MessageOverhead / 2;
}
