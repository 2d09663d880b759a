using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Opens ONNX models with ONNX Runtime.</summary>
internal sealed class OnnxBackend(ILoggerFactory loggers, TimeProvider time) : IInferenceBackend
{
    // Up to here a file is read once, and the bytes that were checked are the bytes that are opened. For larger ones that would leave
    // behind as much garbage as the model has weights, and opening them by path is faster.
    private const long MaxBytesRead = 1 << 20;

    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);

    public string ModelFileName => "model.onnx";

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        // It reads a file, and its caller may be a grain, where nothing may block.
        new(Task.Run(
            () =>
            {
                var path = artifact.GetPath(ModelFileName);
                return Load(artifact, path, () =>
                {
                    using var file = OpenFile(path);
                    return OnnxFileReader.Read(file, cancellationToken);
                });
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
            return new(Load(artifact, path, () => Open(artifact.Id, path, cancellationToken)));
#pragma warning restore CA2000
        }
        catch (ModelLoadFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private OnnxSession Open(string modelId, string path, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        using var settings = SessionSettings.Create(file.Length);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        if (file.Length > MaxBytesRead)
        {
            return new OnnxSession(modelId, OnnxFileReader.Read(file, cancellationToken).Signature, path, settings, time);
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        using var copy = new MemoryStream(bytes);
        return new OnnxSession(modelId, OnnxFileReader.Read(copy, cancellationToken).Signature, bytes, settings, time);
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

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
