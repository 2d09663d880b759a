namespace Orleans.Multiplex.Residency;

/// <summary>
/// How often a silo tells the others of itself. Each tells all others, so what it sends grows with them: from some number of silos on, it tells as much more seldom as they are
/// more, and what it sends in a second stays the same. Pure.
/// </summary>
/// <remarks>What is told at once at any size: that a silo leaves, what is quarantined, and which activations have ended.</remarks>
internal static class GossipPace
{
    /// <summary>Up to here each change is told.</summary>
    public const int ManySilos = 100;

    /// <summary>How long several changes are waited for that are told together.</summary>
    public static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>The time from one row to the next that each silo beyond adds: so there are some 150 messages in a second, however many silos there are.</summary>
    private static readonly TimeSpan SpacingPerSilo = TimeSpan.FromMilliseconds(7);

    /// <summary>How long after a change it is told.</summary>
    /// <param name="silos">How many silos there are.</param>
    /// <param name="sinceLast">The time since the last row.</param>
    public static TimeSpan GetDelay(int silos, TimeSpan sinceLast)
    {
        var left = (SpacingPerSilo * (silos - ManySilos)) - sinceLast;
        return left > Debounce ? left : Debounce;
    }

    /// <summary>How long after a row the next one is told where nothing changes.</summary>
    public static TimeSpan GetHeartbeat(int silos) => Stretch(Heartbeat, silos);

    /// <summary>A time that is as much longer as there are more silos.</summary>
    public static TimeSpan Stretch(TimeSpan time, int silos) => silos > ManySilos ? time * silos / ManySilos : time;
}
