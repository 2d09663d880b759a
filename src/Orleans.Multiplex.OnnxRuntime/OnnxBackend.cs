using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Opens ONNX models with ONNX Runtime.</summary>
/// <param name="loggers">The logs.</param>
/// <param name="time">The clock.</param>
/// <param name="check">Tries models before they are opened; null where all are trusted.</param>
internal sealed class OnnxBackend(ILoggerFactory loggers, TimeProvider time, ModelCheck? check = null) : IInferenceBackend
{
    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);

    public string ModelFileName => "model.onnx";

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        // It reads a file, and its caller may be a grain, where nothing may block.
        new(Task.Run(
            () =>
            {
                var path = artifact.GetPath(ModelFileName);
                var facts = Load(artifact, path, () => OriginalOpening.Inspect(ModelFiles.Of(artifact, ModelFileName), cancellationToken).Model);
                return check?.FindMeasured(artifact, ModelFileName) is { } bytes ? facts with { EstimatedBytes = bytes } : facts;
            },
            cancellationToken));

    public ValueTask<long?> ProveAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        check?.ProveAsync(artifact, ModelFileName, cancellationToken) ?? new((long?)null);

    public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = artifact.GetPath(ModelFileName);
        NativeEnvironment.Start(_logger);
        try
        {
#pragma warning disable CA2000 // The caller owns the session.
            return new(Load(artifact, path, () => OriginalOpening.Open(artifact.Id, ModelFiles.Of(artifact, ModelFileName), time, cancellationToken)));
#pragma warning restore CA2000
        }
        catch (ModelLoadFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static T Load<T>(ModelArtifact artifact, string path, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadFailedException(artifact.Id, $"its file cannot be read: {NativeError.Describe(exception, path)}");
        }
        catch (InvalidDataException exception)
        {
            throw new ModelLoadFailedException(artifact.Id, exception.Message);
        }
        catch (Exception exception) when (NativeError.Is(exception))
        {
            throw new ModelLoadFailedException(artifact.Id, NativeError.Describe(exception, path));
        }
    }
}
