using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>One call of a model's grain while it lasts: it holds the model leased and its id readable below.</summary>
internal sealed class ModelCall(ModelLease lease, long deadline, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private static readonly AsyncLocal<ModelCall?> CurrentCall = new();

    public static ModelCall? Current => CurrentCall.Value;

    public ModelLease Lease => lease;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The time left to the call.</summary>
    public TimeSpan Remaining =>
        time.GetElapsedTime(time.GetTimestamp(), deadline) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Makes this the current call, and its model's id the current one, until the returned object is disposed.</summary>
    public IDisposable Enter(string model)
    {
        var outer = CurrentCall.Value;
        CurrentCall.Value = this;
        return new Scope(outer, MultiplexContext.Enter(model));
    }

    public void Dispose() => lease.Dispose();

    private sealed class Scope(ModelCall? outer, IDisposable context) : IDisposable
    {
        public void Dispose()
        {
            context.Dispose();
            CurrentCall.Value = outer;
        }
    }
}
