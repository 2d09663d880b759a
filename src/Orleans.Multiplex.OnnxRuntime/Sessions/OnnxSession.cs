using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Runs;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>A model that ONNX Runtime holds open. Any number of runs may go on at once, but none beside <see cref="Dispose"/>.</summary>
internal sealed class OnnxSession : IInferenceSession
{
    private readonly OpenedModel _model;
    private readonly SessionHooks _hooks;
    private readonly TimeProvider _time;
    private readonly RequestCheck _check;
    private readonly InferenceSession _session;
    private readonly MappedWeights? _weights;
    private SessionRuns? _runs;

    /// <summary>Opens the file at a path.</summary>
    public OnnxSession(OpenedModel model, string path, SessionOptions options, SessionHooks hooks, TimeProvider time)
        : this(model, new InferenceSession(path, options), hooks, time)
    {
    }

    /// <summary>Opens a file that was read; its bytes are not needed after this.</summary>
    /// <param name="model">What is known of it.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="weights">The weights that the options name, whose owner this is from now on; null when they name none.</param>
    /// <param name="hooks">Who is told of what happens to the session.</param>
    /// <param name="time">The clock of its runs.</param>
    public OnnxSession(OpenedModel model, byte[] file, SessionOptions options, MappedWeights? weights, SessionHooks hooks, TimeProvider time)
        : this(model, new InferenceSession(file, options), hooks, time) => _weights = weights;

    private OnnxSession(OpenedModel model, InferenceSession session, SessionHooks hooks, TimeProvider time)
    {
        _model = model;
        _hooks = hooks;
        _time = time;
        _session = session;
        _check = new RequestCheck(model.Id, model.Signature);
    }

    public ModelSignature Signature => _model.Signature;

    public long? HeapBytes => _model.Memory.HeapBytes;

    public long MappedBytes => _model.Memory.MappedBytes;

    /// <summary>Whether its weights are used where they lie in its original.</summary>
    public bool IsInPlace => _weights is not null;

    // Made by the first run: many models are opened that are not asked for soon.
    private SessionRuns Runs => _runs ?? LazyInitializer.EnsureInitialized(ref _runs, CreateRuns);

    public string? RowSymbol => RowSymbols.Find(_session);

    public bool NeverBlocks => true;

    public void Check(InferenceRequest request) => _check.Check(request);

    public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
    {
        _hooks.OnAsked?.Invoke();
        return RunUnasked(request, cancellationToken);
    }

    /// <summary>Runs the model without telling that it was asked.</summary>
    public RunResult RunUnasked(InferenceRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var result = Runs.Run(request, cancellationToken);
            _hooks.OnRan?.Invoke();
            return result;
        }
        catch (Exception exception) when (NativeError.Is(exception) && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException exception) when (NativeError.IsInvalidArgument(exception))
        {
            throw new InvalidInputException(_model.Id, "", $"Model '{_model.Id}' refuses its inputs: {NativeError.Describe(exception)}");
        }
        catch (Exception exception) when (NativeError.Is(exception) || exception is NotSupportedException)
        {
            throw new InferenceFailedException(_model.Id, NativeError.Describe(exception));
        }
    }

    public void WarmUp(CancellationToken cancellationToken) => WarmUpRun.Run(this, cancellationToken);

    private SessionRuns CreateRuns() => new(
        _session, Signature, _check, hasRows: RowSymbol is not null, mayGiveNothing: _model.MakesNothing || OptionalOutputs.Has(_session), _time);

    public void Dispose()
    {
        _runs?.Dispose();
        _session.Dispose();
        _weights?.Dispose();
        _hooks.OnFreed?.Invoke(_model.Memory.HeapBytes);
    }
}
