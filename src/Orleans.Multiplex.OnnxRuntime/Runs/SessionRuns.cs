using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>
/// Runs the requests of a session. Small ones of one row are copied to where all is ready for them (<see cref="RunSlots"/>); else inputs are used where they lie
/// (<see cref="BoundInputs"/>), and outputs are written where the answer has them (<see cref="PlacedOutputs"/>) or, if their sizes are not known before, copied
/// there (<see cref="OutputCopy"/>).
/// </summary>
internal sealed class SessionRuns : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RequestCheck _check;
    private readonly TimeProvider _time;
    private readonly string[] _outputs;
    private readonly bool _mayGiveNothing;
    private readonly RunSlots? _slots;
    private readonly RunPlan? _plan;
    private volatile bool _isPlanRight;

    /// <param name="session">The session.</param>
    /// <param name="signature">What it takes and gives.</param>
    /// <param name="check">What requests have passed.</param>
    /// <param name="hasRows">Whether the first dimension of all inputs and outputs is the number of rows.</param>
    /// <param name="mayGiveNothing">Whether it may leave an output without a value.</param>
    /// <param name="time">The clock.</param>
    public SessionRuns(InferenceSession session, ModelSignature signature, RequestCheck check, bool hasRows, bool mayGiveNothing, TimeProvider time)
    {
        (_session, _check, _mayGiveNothing, _time) = (session, check, mayGiveNothing, time);
        _outputs = [.. signature.Outputs.Select(static output => output.Name)];
        _plan = mayGiveNothing ? null : RunPlan.Find(signature, hasRows);
        _slots = _plan is null ? null : RunSlots.Find(session, _plan, time);
        _isPlanRight = _plan is not null;
    }

    /// <summary>Runs a request.</summary>
    /// <exception cref="OnnxRuntimeException">The run failed, or was ended; see <see cref="NativeError"/> for others that say so.</exception>
    public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (!_isPlanRight)
        {
            return RunUnplanned(request, cancellationToken);
        }

        try
        {
            return _slots?.TryRun(request, cancellationToken) ?? RunPlanned(request, cancellationToken);
        }
        catch (OnnxRuntimeException exception) when (NativeError.IsOtherSize(exception))
        {
            // It gives something of another size than it declares, and goes without that from now on.
            _isPlanRight = false;
            return RunUnplanned(request, cancellationToken);
        }
    }

    public void Dispose() => _slots?.Dispose();

    private RunResult RunPlanned(InferenceRequest request, CancellationToken cancellationToken)
    {
        var plan = _plan!.FindOutputs(request);
        if (plan.IsDefault)
        {
            return RunUnplanned(request, cancellationToken);
        }

        var startedAt = _time.GetTimestamp();
        using var inputs = BoundInputs.Bind(request.Inputs, _check);
        using var outputs = new PlacedOutputs(plan);
        using var options = new RunOptions();
        using var registration = Terminate(options, cancellationToken);
        var boundAt = _time.GetTimestamp();
        _session.Run(options, inputs.Names, inputs.Values, NamesOf(request), outputs.Values);
        var ranAt = _time.GetTimestamp();
        return Finish(outputs.Take(), startedAt, boundAt, ranAt);
    }

    private RunResult RunUnplanned(InferenceRequest request, CancellationToken cancellationToken)
    {
        var names = NamesOf(request);
        var startedAt = _time.GetTimestamp();
        using var inputs = BoundInputs.Bind(request.Inputs, _check);
        using var options = new RunOptions();
        using var registration = Terminate(options, cancellationToken);
        var boundAt = _time.GetTimestamp();
        using var results = _mayGiveNothing
            ? OptionalOutputs.Run(_session, options, inputs.Names, inputs.Values, names)
            : _session.Run(options, inputs.Names, inputs.Values, names);
        var ranAt = _time.GetTimestamp();
        var outputs = ImmutableArray.CreateBuilder<ModelValue>(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            outputs.Add(OutputCopy.Copy(names[i], results[i]));
        }

        return Finish(outputs.MoveToImmutable(), startedAt, boundAt, ranAt);
    }

    private RunResult Finish(ImmutableArray<ModelValue> outputs, long startedAt, long boundAt, long ranAt) => new(outputs, new RunTimes(
        _time.GetElapsedTime(startedAt, boundAt), _time.GetElapsedTime(boundAt, ranAt), _time.GetElapsedTime(ranAt)));

    // Disposed before the options are, and only once a call of it that is under way has ended.
    private static CancellationTokenRegistration Terminate(RunOptions options, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, options);

    private string[] NamesOf(InferenceRequest request) =>
        request.Outputs.IsEmpty ? _outputs : ImmutableCollectionsMarshal.AsArray(request.Outputs)!;
}
