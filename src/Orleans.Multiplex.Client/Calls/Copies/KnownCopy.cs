namespace Orleans.Multiplex.Calls.Copies;

/// <summary>A silo that has a model ready, as a caller knows it. Guarded by the lock of its table.</summary>
/// <param name="silo">The silo.</param>
/// <param name="heard">Its load.</param>
/// <param name="at">When that was heard, by the clock's timestamps.</param>
internal sealed class KnownCopy(SiloAddress silo, HeardLoad heard, long at)
{
    private HeardLoad _heard = heard;
    private long _at = at;

    public SiloAddress Silo => silo;

    /// <summary>Whether the model's own grain is there.</summary>
    public bool IsFirst { get; set; }

    /// <summary>The caller's requests that are there.</summary>
    public int Sent { get; set; }

    /// <summary>The way there; made when it is first gone.</summary>
    public ICopyGrain? Grain { get; set; }

    public TimeSpan Pace => _heard.Pace;

    public TimeSpan Expect(TimeProvider time) => _heard.Expect(time.GetElapsedTime(_at), Sent);

    /// <summary>Its load was heard, in the answer to a request that counts as sent still, and not among those that are there.</summary>
    public void Hear(int users, TimeSpan pace, TimeProvider time) => (_heard, _at) = (new HeardLoad(users, pace, Math.Max(0, Sent - 1)), time.GetTimestamp());
}
