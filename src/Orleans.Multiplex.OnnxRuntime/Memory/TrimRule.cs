namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>When it pays to give freed memory back to the system: that costs 2 ms for each 10 MB.</summary>
internal static class TrimRule
{
    /// <summary>The least time between two times.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>After so long without anything freed, what there is is given back however little it is.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    /// <summary>So much is given back as soon as the interval allows.</summary>
    public const long WorthwhileBytes = 48L << 20;

    /// <param name="freedBytes">What was freed since the last time.</param>
    /// <param name="sinceTrim">How long ago that was.</param>
    /// <param name="sinceFreed">How long ago something was freed.</param>
    public static bool Pays(long freedBytes, TimeSpan sinceTrim, TimeSpan sinceFreed) =>
        freedBytes > 0 && sinceTrim >= Interval && (freedBytes >= WorthwhileBytes || sinceFreed >= Idle);
}
