using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Opens model files as their authors wrote them.</summary>
internal static class OriginalOpening
{
    // Up to here a file is read once, and the bytes that were checked are the bytes that are opened. For larger ones that would leave
    // behind as much garbage as the model has weights, and opening them by path is faster.
    private const long MaxBytesRead = 1 << 20;

    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses it.</exception>
    public static OnnxSession Open(string modelId, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        using var settings = SessionSettings.Create(file.Length);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        if (file.Length > MaxBytesRead)
        {
            var read = OnnxFileReader.Read(file, cancellationToken);
            return new OnnxSession(modelId, read.Model.Signature, read.MakesNothing, path, settings, time);
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        using var copy = new MemoryStream(bytes);
        var facts = OnnxFileReader.Read(copy, cancellationToken);
        return new OnnxSession(modelId, facts.Model.Signature, facts.MakesNothing, bytes, settings, time);
    }

    /// <summary>Reads what the file says.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    public static FileFacts Inspect(string path, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        return OnnxFileReader.Read(file, cancellationToken);
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
}
