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

    /// <summary>Opens a file that has all of its data inside.</summary>
    /// <inheritdoc cref="Open(string, ModelFiles, TimeProvider, CancellationToken)" path="/exception"/>
    public static OnnxSession Open(string modelId, string path, TimeProvider time, CancellationToken cancellationToken) =>
        Open(modelId, ModelFiles.Alone(path), time, cancellationToken);

    /// <summary>Opens a file that may have data in other ones.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses it.</exception>
    public static OnnxSession Open(string modelId, ModelFiles files, TimeProvider time, CancellationToken cancellationToken)
    {
        using var file = OpenFile(files.Path);
        byte[]? bytes = null;
        FileFacts facts;
        if (file.Length > MaxBytesRead)
        {
            facts = OnnxFileReader.Read(file, cancellationToken);
        }
        else
        {
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            using var copy = new MemoryStream(bytes);
            facts = OnnxFileReader.Read(copy, cancellationToken);
        }

        using var settings = SessionSettings.Create(facts.ContentBytes, files.FindFolder(facts));
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        return bytes is null
            ? new OnnxSession(modelId, facts.Model.Signature, facts.MakesNothing, files.Path, settings, time)
            : new OnnxSession(modelId, facts.Model.Signature, facts.MakesNothing, bytes, settings, time);
    }

    /// <summary>Reads what the file says.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    public static FileFacts Inspect(string path, CancellationToken cancellationToken) => Inspect(ModelFiles.Alone(path), cancellationToken);

    /// <summary>Reads what the file says, and sees that the data which it has in other ones are there.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    public static FileFacts Inspect(ModelFiles files, CancellationToken cancellationToken)
    {
        using var file = OpenFile(files.Path);
        var facts = OnnxFileReader.Read(file, cancellationToken);
        files.FindFolder(facts);
        return facts;
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
}
