using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>
/// A session over a model that is opened first in the way that opens fastest and later in others that run faster. Each run uses one opening from its
/// begin to its end; one that has a successor is disposed when its last run has ended.
/// </summary>
/// <param name="first">The first opening, whose owner this is from now on.</param>
internal sealed class ReopenableSession(Opened first) : IReopenableSession
{
    private volatile Current _current = new(first.Session);
    private volatile NextOpening? _next = first.Next;
    private Action? _onGone;
    private Action? _pays;
    private long _weight;

    /// <summary>An opening and those who run on it.</summary>
    private sealed class Current(OnnxSession session)
    {
        public OnnxSession Session => session;

        public LeaseGate Gate { get; } = new();
    }

    public ModelSignature Signature => first.Session.Signature;

    public long? HeapBytes => _current.Session.HeapBytes;

    public long MappedBytes => _current.Session.MappedBytes;

    public string? RowSymbol => _current.Session.RowSymbol;

    public bool NeverBlocks => true;

    public Reopening? Next => _next?.Reopening;

    /// <summary>Has it opened in this way next. To be called while there is none.</summary>
    /// <param name="next">The way.</param>
    /// <param name="onGone">Is told when there is no longer what was to be opened.</param>
    public void Offer(NextOpening next, Action onGone)
    {
        _onGone = onGone;
        _next = next;
    }

    public void WhenReopeningPays(Action pays)
    {
        Volatile.Write(ref _weight, 0);
        Volatile.Write(ref _pays, pays);
    }

    public void Check(InferenceRequest request) => _current.Session.Check(request);

    public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (_next is { } next && Volatile.Read(ref _pays) is not null)
        {
            Count(request, next);
        }

        var current = Enter();
        try
        {
            return current.Session.Run(request, cancellationToken);
        }
        finally
        {
            current.Gate.Leave();
        }
    }

    // Nothing is opened anew before the model answers.
    public void WarmUp(CancellationToken cancellationToken) => first.Session.WarmUp(cancellationToken);

    public async Task ReopenAsync(CancellationToken cancellationToken)
    {
        if (_next is not { } next)
        {
            throw new InvalidOperationException("There is no other way to open it.");
        }

        var before = _current;
        var opened = next.Open(cancellationToken);
        _next = opened.Next;
        _current = new(opened.Session);
        before.Gate.Close();
        await before.Gate.WhenEmpty;
        before.Session.Dispose();
    }

    public void Dispose() => _current.Session.Dispose();

    // An opening whose gate is closed has a successor already.
    private Current Enter()
    {
        while (true)
        {
            var current = _current;
            if (current.Gate.TryEnter())
            {
                return current;
            }
        }
    }

    private void Count(InferenceRequest request, NextOpening next)
    {
        var weight = PackingRule.Weigh(BatchRows.Count(Signature, request));
        if (Interlocked.Add(ref _weight, weight) < next.Enough)
        {
            return;
        }

        // Room is made for an opening before it is begun: not for one that must fail.
        if (next.IsThere())
        {
            Interlocked.Exchange(ref _pays, null)?.Invoke();
        }
        else if (Interlocked.CompareExchange(ref _next, null, next) == next)
        {
            _onGone?.Invoke();
        }
    }
}
