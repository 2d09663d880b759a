namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>A model as metrics name it: by its id while it is one of the busiest, else as one of all the others. Requests read it, and count on it, without a lock.</summary>
internal sealed class ModelSeries(string pool, string id)
{
    /// <summary>The name of all models that have none of their own.</summary>
    public const string Other = "other";

    private volatile string _name = Other;
    private long _requests;
    private long _busy;

    public string Pool => pool;

    public string Id => id;

    /// <summary>The name that the model's requests are counted under now.</summary>
    public string Name => _name;

    public bool IsNamed => !ReferenceEquals(_name, Other);

    public void SetNamed(bool isNamed) => _name = isNamed ? id : Other;

    public void CountRequest() => Interlocked.Increment(ref _requests);

    /// <summary>How busy it has been: the requests since this was last asked, and half of what it was then. So it is not one minute that decides.</summary>
    public long TakeRequests() => _busy = (_busy / 2) + Interlocked.Exchange(ref _requests, 0);
}
