using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.ObjectPool;

namespace Orleans.Multiplex.Execution;

/// <summary>What ends runs for which no thread waits: at their time, or when their caller has gone. Used again and again, since a short run takes less than to make one.</summary>
/// <param name="time">The clock.</param>
[SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "They go back to the pool, which disposes what it does not keep.")]
internal sealed class RunStops(TimeProvider time)
{
    private readonly DefaultObjectPool<CancellationTokenSource> _pool = new(new Policy(time));

    /// <summary>Begins a run.</summary>
    /// <param name="remaining">The time that is left to it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Stop Begin(TimeSpan remaining, CancellationToken cancellationToken) => new(_pool, remaining, cancellationToken);

    /// <summary>What ends one run. Disposed when the run has ended.</summary>
    internal readonly struct Stop : IDisposable
    {
        private readonly ObjectPool<CancellationTokenSource> _pool;
        private readonly CancellationTokenSource _source;
        private readonly CancellationTokenRegistration _registration;

        public Stop(ObjectPool<CancellationTokenSource> pool, TimeSpan remaining, CancellationToken cancellationToken)
        {
            _pool = pool;
            _source = pool.Get();
            _source.CancelAfter(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero);
            _registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        }

        public CancellationToken Token => _source.Token;

        /// <summary>Nobody cancels it any more when this has returned, so the next run has it whole.</summary>
        public void Dispose()
        {
            _registration.Dispose();
            _pool.Return(_source);
        }
    }

    private sealed class Policy(TimeProvider time) : PooledObjectPolicy<CancellationTokenSource>
    {
        public override CancellationTokenSource Create() => new(Timeout.InfiniteTimeSpan, time);

        public override bool Return(CancellationTokenSource obj)
        {
            if (obj.TryReset())
            {
                return true;
            }

            obj.Dispose();
            return false;
        }
    }
}
