namespace Orleans.Multiplex.Calls.Copies;

/// <summary>
/// What a caller knows of the load of a copy: what it last heard, less what has ended there since as far as one can tell, and more by what the caller itself has sent there
/// since. So it neither sends a burst to where it heard of idleness, nor stays away for ever from where it once heard of a crowd.
/// </summary>
/// <param name="Users">The requests that were there when it was heard.</param>
/// <param name="Pace">How much each of them adds to the wait of the next one.</param>
/// <param name="SentBefore">The caller's own that were there then.</param>
internal readonly record struct HeardLoad(int Users, TimeSpan Pace, int SentBefore)
{
    // What was never measured is not for nothing.
    private static readonly TimeSpan LeastPace = TimeSpan.FromMicroseconds(1);

    /// <summary>What the next request would wait there.</summary>
    /// <param name="elapsed">The time since it was heard.</param>
    /// <param name="sent">The caller's own that are there now.</param>
    public TimeSpan Expect(TimeSpan elapsed, int sent)
    {
        var pace = Pace > LeastPace ? Pace : LeastPace;
        var left = Math.Max(0, Users - (elapsed / pace));
        return pace * Math.Max(left + Math.Max(0, sent - SentBefore), 0);
    }
}
