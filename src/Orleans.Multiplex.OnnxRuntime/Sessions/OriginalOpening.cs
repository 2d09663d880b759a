using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Opens model files as their authors wrote them.</summary>
internal static class OriginalOpening
{
    // Up to here a file is read once, and the bytes that were checked are the bytes that are opened. For larger ones that would leave
    // behind as much garbage as the model has weights, and opening them by path is faster.
    private const long MaxBytesRead = 1 << 20;

    /// <param name="modelId">The model's id, for errors.</param>
    /// <param name="path">Its file.</param>
    /// <param name="measured">What it was measured to take, where it was; else it is estimated.</param>
    /// <param name="hooks">Who is told of what happens to the session.</param>
    /// <param name="time">The clock of its runs.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses it.</exception>
    public static OnnxSession Open(string modelId, string path, ModelMemory? measured, SessionHooks hooks, TimeProvider time, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        using var settings = SessionSettings.Create(file.Length);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        if (file.Length > MaxBytesRead)
        {
            return new OnnxSession(Describe(modelId, OnnxFileReader.Read(file, cancellationToken), measured), path, settings, hooks, time);
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        using var copy = new MemoryStream(bytes);
        return new OnnxSession(Describe(modelId, OnnxFileReader.Read(copy, cancellationToken), measured), bytes, settings, hooks, time);
    }

    /// <summary>Reads what the file says.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    public static FileFacts Inspect(string path, CancellationToken cancellationToken)
    {
        using var file = OpenFile(path);
        return OnnxFileReader.Read(file, cancellationToken);
    }

    private static OpenedModel Describe(string modelId, FileFacts facts, ModelMemory? measured) =>
        new(modelId, facts.Model.Signature, facts.MakesNothing, measured ?? SessionMemory.OfOriginal(facts));

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
}
