using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// The last failure of a model, kept by its activation and so by the whole cluster: requests are answered from it until a new try may be
/// made.
/// </summary>
internal sealed class FailureMemory(string model, TimeProvider time)
{
    private volatile LoadFailure? _last;

    /// <summary>The last failure; null when there is none since the last success.</summary>
    public LoadFailure? Last => _last;

    /// <summary>Keeps a failure; called once for each attempt, and not by two at a time.</summary>
    public LoadFailure Add(LoadOutcome outcome) => _last = Create(outcome, _last?.Kind == outcome.Failure ? _last!.Attempts + 1 : 1);

    /// <summary>The error of one who waited for a load that failed: as it is remembered, unless something else has happened since.</summary>
    public MultiplexException GetError(LoadOutcome outcome) =>
        (_last is { } last && last.Kind == outcome.Failure && last.Message == outcome.Message ? last : Create(outcome, 1)).ToException(model, time);

    public void Clear() => _last = null;

    /// <summary>Whether requests are answered from the last failure at this moment.</summary>
    public bool Answers(out MultiplexException? error)
    {
        error = _last is { } failure && !failure.MayBeTriedAgain(time) ? failure.ToException(model, time) : null;
        return error is not null;
    }

    private LoadFailure Create(LoadOutcome outcome, int attempts) =>
        new(outcome.Failure!.Value, outcome.Message, attempts, time.GetTimestamp());
}
