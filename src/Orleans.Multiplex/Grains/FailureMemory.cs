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
    public LoadFailure Add(LoadOutcome outcome)
    {
        var kind = outcome.Failure!.Value;
        var failure = new LoadFailure(kind, outcome.Message, _last is { } last && last.Kind == kind ? last.Attempts + 1 : 1, time.GetTimestamp());
        _last = failure;
        return failure;
    }

    public void Clear() => _last = null;

    /// <summary>Whether requests are answered from the last failure at this moment.</summary>
    public bool Answers(out MultiplexException? error)
    {
        error = _last is { } failure && !failure.MayBeTriedAgain(time) ? failure.ToException(model, time) : null;
        return error is not null;
    }
}
