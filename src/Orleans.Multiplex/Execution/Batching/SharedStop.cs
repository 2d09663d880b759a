namespace Orleans.Multiplex.Execution.Batching;

/// <summary>A token that is cancelled when all of several are: a run of many goes on as long as anybody waits for it.</summary>
internal sealed class SharedStop : IDisposable
{
    private readonly CancellationTokenSource _all = new();
    private readonly CancellationTokenRegistration[] _registrations;
    private int _left;

    public SharedStop(IReadOnlyList<InferenceRun> runs)
    {
        _left = runs.Count;
        _registrations = new CancellationTokenRegistration[runs.Count];
        for (var i = 0; i < runs.Count; i++)
        {
            _registrations[i] = runs[i].Stop.UnsafeRegister(static stop => ((SharedStop)stop!).Leave(), this);
        }
    }

    public CancellationToken Token => _all.Token;

    public void Dispose()
    {
        // Each waits for a call of it that is under way: only then may the source go.
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _all.Dispose();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _all.Cancel();
        }
    }
}
