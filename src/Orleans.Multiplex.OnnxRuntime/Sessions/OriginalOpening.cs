using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Opens model files as their authors wrote them.</summary>
internal static class OriginalOpening
{
    /// <summary>Opens a model in place, where that can be, else as a whole: read, optimized and packed.</summary>
    /// <param name="modelId">The model's id, for errors.</param>
    /// <param name="files">Its file, and those that it may have data in.</param>
    /// <param name="isWhole">Whether to open it as a whole in any case.</param>
    /// <param name="tried">What is known of it, where it was tried; else what it takes is estimated.</param>
    /// <param name="hooks">Who is told of what happens to the session.</param>
    /// <param name="time">The clock of its runs.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses it.</exception>
    public static OnnxSession Open(
        string modelId, ModelFiles files, bool isWhole, TriedOriginal? tried, SessionHooks hooks, TimeProvider time, CancellationToken cancellationToken)
    {
        using var file = OpenOrRead(files.Path);
        var facts = OnnxFileReader.Read(file, cancellationToken);
        var folder = files.FindFolder(facts);
#pragma warning disable CA2000 // The caller owns the session.
        if (!isWhole && TryOpenInPlace() is { } session)
#pragma warning restore CA2000
        {
            return session;
        }

        using var settings = SessionSettings.Create(facts.ContentBytes, folder);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        var model = Describe(inPlace: null);
        return file is MemoryStream read
            ? new OnnxSession(model, read.GetBuffer(), settings, weights: null, hooks, time)
            : new OnnxSession(model, files.Path, settings, hooks, time);

        OnnxSession? TryOpenInPlace() => InPlaceRule.Choose(file, facts, cancellationToken) is { } places
            ? InPlaceOpening.TryOpen(
                Describe(places), files, file, places, mustOpen: tried is { IsInPlace: true }, hooks, time, cancellationToken)
            : null;

        OpenedModel Describe(WeightPlaces? inPlace) => new(
            modelId,
            facts.Model.Signature,
            facts.MakesNothing,
            (tried?.IsInPlace == inPlace is not null ? tried!.Memory : null) ?? SessionMemory.OfOriginal(facts, inPlace));
    }

    /// <summary>Reads what the file says, and sees that the data which it has in other ones are there.</summary>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    public static FileFacts Inspect(ModelFiles files, CancellationToken cancellationToken)
    {
        using var file = OpenFile(files.Path);
        return Inspect(files, file, cancellationToken);
    }

    /// <summary>Says what the model takes and gives, and what it takes when it is opened.</summary>
    /// <inheritdoc cref="Open" path="/param"/>
    /// <exception cref="InvalidDataException">The file is broken or refused.</exception>
    public static ModelFacts Estimate(ModelFiles files, bool isWhole, CancellationToken cancellationToken)
    {
        using var file = OpenFile(files.Path);
        var facts = Inspect(files, file, cancellationToken);
        var memory = SessionMemory.OfOriginal(facts, isWhole ? null : InPlaceRule.Choose(file, facts, cancellationToken));
        return facts.Model with { EstimatedBytes = memory.HeapBytes, MappedBytes = memory.MappedBytes };
    }

    private static FileFacts Inspect(ModelFiles files, FileStream file, CancellationToken cancellationToken)
    {
        var facts = OnnxFileReader.Read(file, cancellationToken);
        files.FindFolder(facts);
        return facts;
    }

    // To read a larger one would leave behind as much garbage as the model has weights, and to open it by path is faster.
    private static Stream OpenOrRead(string path)
    {
        var file = OpenFile(path);
        if (file.Length > InPlaceRule.MaxReadBytes)
        {
            return file;
        }

        using (file)
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return new MemoryStream(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
        }
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
}
