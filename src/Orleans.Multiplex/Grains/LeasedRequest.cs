using System.Reflection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Orleans.Multiplex.Grains;

/// <summary>An enumeration request whose result holds the model leased from its first element to its end.</summary>
internal sealed class LeasedRequest<T>(IAsyncEnumerableRequest<T> inner, GrainCalls calls, TimeSpan? left)
    : IAsyncEnumerableRequest<T>, IAsyncEnumerable<T>
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
        new Enumerator(inner, calls, left, cancellationToken);

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

    // The flow of execution between two elements belongs to the caller, so the call is entered anew for each of them. The time that an
    // enumeration brings is for the whole of it; one that brings none begins its time anew with each element. Orleans disposes the
    // enumerator, except when an element took too long to heed the cancellation: then nobody asks for a further one either, so the
    // enumeration ends itself.
    private sealed class Enumerator : IAsyncEnumerator<T>
    {
        private readonly IAsyncEnumerableRequest<T> _request;
        private readonly GrainCalls _calls;
        private readonly TimeSpan? _left;
        private readonly CancellationToken _cancellationToken;
        private readonly CallOutcome _outcome;
        private readonly StreamPause _pause;
        private ModelCall? _call;
        private IAsyncEnumerator<T>? _inner;
        private bool _hasBegun;
        private bool _isComplete;
        private Task<bool> _next = Task.FromResult(false);

        public Enumerator(IAsyncEnumerableRequest<T> request, GrainCalls calls, TimeSpan? left, CancellationToken cancellationToken)
        {
            _request = request;
            _calls = calls;
            _left = left;
            _cancellationToken = cancellationToken;
            _outcome = calls.StartCall();
            _pause = calls.CreatePause(() => DisposeAsync().AsTask());
        }

        public T Current => _inner!.Current;

        public async ValueTask<bool> MoveNextAsync()
        {
            _pause.End();
            try
            {
                if (_pause.IsOver)
                {
                    throw _calls.MakePauseError();
                }

                _call ??= await _calls.BeginAsync(_left, _cancellationToken);
                var hasNext = await MoveNextAsync(_call);
                _isComplete = !hasNext;
                if (hasNext)
                {
                    _hasBegun = true;
                    _pause.Begin();
                }

                return hasNext;
            }
            catch (Exception error) when (_call is null || error is not OperationCanceledException || !_cancellationToken.IsCancellationRequested)
            {
                OwnErrors.Mark(error);
                _outcome.Fail(error);
                throw;
            }
            finally
            {
                if (_cancellationToken.IsCancellationRequested)
                {
                    await DisposeAsync();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _pause.Dispose();
            if (Interlocked.Exchange(ref _call, null) is not { } call)
            {
                return;
            }

            TellOutcome(call);
            var hasEnded = _next.IsCompleted;
            var ending = EndAsync(call);
            if (hasEnded)
            {
                await ending;
            }
        }

        private void TellOutcome(ModelCall call)
        {
            if (_isComplete)
            {
                _outcome.Succeed(call.Lease);
            }
            else if (_pause.IsOver)
            {
                _outcome.Fail(_calls.MakePauseError());
            }
            else if (_hasBegun)
            {
                _outcome.EndEarly(call.Lease);
            }
            else
            {
                _outcome.Fail(new OperationCanceledException(_cancellationToken));
            }
        }

        private async Task<bool> MoveNextAsync(ModelCall call)
        {
            using (_calls.Enter(call))
            {
                if (_left is null)
                {
                    call.RestartTime();
                }

                _inner ??= _request.InvokeImplementation().GetAsyncEnumerator(_cancellationToken);
                _next = _inner.MoveNextAsync().AsTask();
            }

            if (_left is not null)
            {
                await _calls.WaitAsync(call, _next);
            }

            return await _next;
        }

        // An element that outlasts the enumeration's time keeps the model leased until it has ended; the enumeration does not wait for it.
        private async Task EndAsync(ModelCall call)
        {
            using (call)
            using (_calls.Enter(call))
            {
                await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
                if (_inner is not null)
                {
                    await _inner.DisposeAsync();
                }
            }
        }
    }
}
