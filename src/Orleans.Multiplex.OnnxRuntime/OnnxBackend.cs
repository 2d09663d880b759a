using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Opens ONNX models with ONNX Runtime.</summary>
internal sealed class OnnxBackend(ILoggerFactory loggers, TimeProvider time) : IInferenceBackend
{
    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);

    public string ModelFileName => "model.onnx";

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        // It reads a file, and its caller may be a grain, where nothing may block.
        new(Task.Run(
            () =>
            {
                var path = artifact.GetPath(ModelFileName);
                return Load(artifact, path, () => OriginalOpening.Inspect(path, cancellationToken).Model);
            },
            cancellationToken));

    public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = artifact.GetPath(ModelFileName);
        NativeEnvironment.Start(_logger);
        try
        {
#pragma warning disable CA2000 // The caller owns the session.
            return new(Load(artifact, path, () => OriginalOpening.Open(artifact.Id, path, time, cancellationToken)));
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
