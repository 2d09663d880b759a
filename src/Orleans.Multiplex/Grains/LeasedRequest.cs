using System.Reflection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Orleans.Multiplex.Grains;

/// <summary>An enumeration request whose result holds the model leased from its first element to its end.</summary>
internal sealed class LeasedRequest<T>(IAsyncEnumerableRequest<T> inner, GrainCalls calls) : IAsyncEnumerableRequest<T>, IAsyncEnumerable<T>
{
    public int MaxBatchSize
    {
        get => inner.MaxBatchSize;
        set => inner.MaxBatchSize = value;
    }

    public InvokeMethodOptions Options => inner.Options;

    public bool IsCancellable => inner.IsCancellable;

    public IAsyncEnumerable<T> InvokeImplementation() => this;

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(inner, calls, cancellationToken);

    public void AddInvokeMethodOptions(InvokeMethodOptions options) => inner.AddInvokeMethodOptions(options);

    public object? GetTarget() => inner.GetTarget();

    public void SetTarget(ITargetHolder holder) => inner.SetTarget(holder);

    public ValueTask<Response> Invoke() => inner.Invoke();

    public int GetArgumentCount() => inner.GetArgumentCount();

    public object? GetArgument(int index) => inner.GetArgument(index);

    public void SetArgument(int index, object value) => inner.SetArgument(index, value);

    public string GetMethodName() => inner.GetMethodName();

    public string GetInterfaceName() => inner.GetInterfaceName();

    public string GetActivityName() => inner.GetActivityName();

    public MethodInfo GetMethod() => inner.GetMethod();

    public Type GetInterfaceType() => inner.GetInterfaceType();

    public TimeSpan? GetDefaultResponseTimeout() => inner.GetDefaultResponseTimeout();

    public CancellationToken GetCancellationToken() => inner.GetCancellationToken();

    public bool TryCancel() => inner.TryCancel();

    public void Dispose() => inner.Dispose();

    // The flow of execution between two elements belongs to the caller, so the call is entered anew for each of them, and its time begins
    // anew. Orleans disposes the enumerator, except when an element took too long to heed the cancellation: then nobody asks for a
    // further one either, so the enumeration ends itself.
    private sealed class Enumerator(IAsyncEnumerableRequest<T> request, GrainCalls calls, CancellationToken cancellationToken) : IAsyncEnumerator<T>
    {
        private ModelCall? _call;
        private IAsyncEnumerator<T>? _inner;

        public T Current => _inner!.Current;

        public async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                _call ??= await calls.BeginAsync(cancellationToken);
                using (calls.Enter(_call))
                {
                    _call.RestartTime();
                    _inner ??= request.InvokeImplementation().GetAsyncEnumerator(cancellationToken);
                    return await _inner.MoveNextAsync();
                }
            }
            finally
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    await DisposeAsync();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _call, null) is not { } call)
            {
                return;
            }

            using (call)
            using (calls.Enter(call))
            {
                if (_inner is not null)
                {
                    await _inner.DisposeAsync();
                }
            }
        }
    }
}
