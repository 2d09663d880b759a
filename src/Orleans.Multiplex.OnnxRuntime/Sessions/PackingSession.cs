using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>
/// A session over a prepared model that multiplies a lot: opened unpacked, and once more packed when so much is asked of it that this pays. Each run
/// uses one of the two from its begin to its end; the first is disposed when its last run has ended.
/// </summary>
/// <param name="first">The unpacked session, whose owner this is from now on.</param>
/// <param name="packedMemory">What it takes packed.</param>
/// <param name="openPacked">Opens it packed.</param>
internal sealed class PackingSession(OnnxSession first, ModelMemory packedMemory, Func<CancellationToken, OnnxSession> openPacked) : IPackableSession
{
    private volatile Current _current = new(first);
    private Action? _pays;
    private long _weight;

    /// <summary>A session and those who run on it.</summary>
    private sealed class Current(OnnxSession session)
    {
        public OnnxSession Session => session;

        public LeaseGate Gate { get; } = new();
    }

    public ModelSignature Signature => first.Signature;

    public long? HeapBytes => _current.Session.HeapBytes;

    public long MappedBytes => _current.Session.MappedBytes;

    public ModelMemory PackedMemory => packedMemory;

    public void WhenPackingPays(Action pays)
    {
        Volatile.Write(ref _weight, 0);
        Volatile.Write(ref _pays, pays);
    }

    public void Check(InferenceRequest request) => _current.Session.Check(request);

    public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _pays) is not null)
        {
            Count(request);
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

    // Nothing is packed before the model answers.
    public void WarmUp(CancellationToken cancellationToken) => first.WarmUp(cancellationToken);

    public async Task PackAsync(CancellationToken cancellationToken)
    {
        var before = _current;
        _current = new(openPacked(cancellationToken));
        before.Gate.Close();
        await before.Gate.WhenEmpty;
        before.Session.Dispose();
    }

    public void Dispose() => _current.Session.Dispose();

    // A session whose gate is closed has a successor already.
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

    private void Count(InferenceRequest request)
    {
        var weight = PackingRule.Weigh(BatchRows.Count(Signature, request));
        if (Interlocked.Add(ref _weight, weight) >= PackingRule.Enough)
        {
            Interlocked.Exchange(ref _pays, null)?.Invoke();
        }
    }
}
