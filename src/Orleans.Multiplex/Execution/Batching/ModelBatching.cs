using System.Buffers;
using System.Collections.Immutable;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>Whether and how requests for one resident model run together.</summary>
/// <remarks>
/// <code>
/// Unknown → Trying → Proven → Refuted
///           Trying → Refuted
///           Trying → Unknown            (the trial was broken off, or did not pay just then: it is tried again some times, after pauses that grow)
/// </code>
/// </remarks>
/// <param name="session">The model.</param>
/// <param name="limits">How far they are put together.</param>
/// <param name="pool">Where the memory for it comes from.</param>
/// <param name="time">The clock.</param>
/// <param name="onWithdrawn">Is told why, when what was proven has turned out to be wrong.</param>
internal sealed class ModelBatching(
    IInferenceSession session, BatchLimits limits, ArrayPool<byte> pool, TimeProvider time, Action<string> onWithdrawn)
{
    /// <summary>Requests of more shapes than that run alone.</summary>
    private const int MaxShapes = 64;

    /// <summary>How often it is tried whether it pays.</summary>
    private const int MostTrials = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private TimeSpan _pause = FirstPause;
    private long? _brokenOffAt;
    private int _trials;
    private ImmutableArray<StackedRuns> _kinds = [];
    private int _state = (int)State.Unknown;

    private enum State
    {
        Unknown,
        Trying,
        Proven,
        Refuted,
    }

    public IInferenceSession Session => session;

    public BatchLimits Limits => limits;

    public ArrayPool<byte> Pool => pool;

    public TimeProvider Time => time;

    /// <summary>Whether that is being found out.</summary>
    public bool IsTrying => Volatile.Read(ref _state) == (int)State.Trying;

    /// <summary>Why it is as it is; null before it was tried.</summary>
    public BatchVerdict? Verdict { get; private set; }

    /// <summary>Whether requests go together.</summary>
    public bool IsProven => Volatile.Read(ref _state) == (int)State.Proven;

    /// <summary>Whether it is to be tried: nobody has yet, or not to the end and some time ago.</summary>
    public bool IsUnknown => limits.MaxRows > 1 && Volatile.Read(ref _state) == (int)State.Unknown
        && (_brokenOffAt is not { } at || time.GetElapsedTime(at) >= _pause);

    /// <summary>What a request may share a run with; null where it runs alone.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rows">Its rows; null when it cannot be stacked.</param>
    public StackedRuns? FindKind(InferenceRequest request, int? rows) =>
        IsProven && rows < limits.MaxRows ? Find(request) ?? Add(request) : null;

    /// <summary>Takes it upon the caller to try. False when another has.</summary>
    public bool TryBeginTrial() => Interlocked.CompareExchange(ref _state, (int)State.Trying, (int)State.Unknown) == (int)State.Unknown;

    /// <summary>The trial has ended.</summary>
    /// <param name="verdict">What came of it; null when it was broken off.</param>
    public void EndTrial(BatchVerdict? verdict)
    {
        var isOpen = verdict is null || (verdict.MayChange && ++_trials < MostTrials);
        if (isOpen)
        {
            _pause = _brokenOffAt is not null && _pause * 2 < LongestPause ? _pause * 2 : _pause;
            _brokenOffAt = time.GetTimestamp();
        }

        // The verdict last: who sees it sees what follows from it.
        Volatile.Write(ref _state, (int)(isOpen ? State.Unknown : verdict!.IsProven ? State.Proven : State.Refuted));
        Verdict = verdict ?? Verdict;
    }

    /// <summary>What was proven has turned out to be wrong.</summary>
    public void Withdraw(string reason)
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Refuted, (int)State.Proven) == (int)State.Proven)
        {
            Verdict = BatchVerdict.No(reason);
            onWithdrawn(reason);
        }
    }

    private StackedRuns? Find(InferenceRequest request)
    {
        foreach (var kind in _kinds)
        {
            if (kind.Shape.Matches(request))
            {
                return kind;
            }
        }

        return null;
    }

    private StackedRuns? Add(InferenceRequest request)
    {
        lock (_lock)
        {
            if (Find(request) is { } added)
            {
                return added;
            }

            // What was proven was proven of the inputs that every request has.
            if (_kinds.Length >= MaxShapes || !IsOfRequiredInputs(request))
            {
                return null;
            }

            var kind = new StackedRuns(this, new StackShape(request));
            _kinds = _kinds.Add(kind);
            return kind;
        }
    }

    private bool IsOfRequiredInputs(InferenceRequest request) => request.Inputs.All(
        input => session.Signature.Inputs.Any(declared => declared.Name == input.Name && !declared.IsOptional));
}
