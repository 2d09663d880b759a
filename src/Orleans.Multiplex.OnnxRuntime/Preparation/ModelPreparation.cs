using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>
/// Prepares models: optimizes each once and writes it down in the form in which it opens fastest, so that no later load pays for that. What
/// was written is believed only after it was opened and has given what the original gives.
/// </summary>
/// <param name="loggers">The logs.</param>
/// <param name="time">The clock.</param>
/// <param name="runTime">How long a single run on made-up inputs may take.</param>
/// <param name="choose">Chooses how a model is opened first; <see cref="OpeningRule"/> when it is left out.</param>
internal sealed class ModelPreparation(ILoggerFactory loggers, TimeProvider time, TimeSpan runTime, Func<FileFacts, Opening>? choose = null)
{
    // In errors of its sessions, which nobody sees but in the outcome.
    private const string ModelId = "prepared";

    private const int Measurements = 3;

    // Constants that are folded make a file larger than the original; more than this is no preparation but a bomb.
    private const long MaxGrowth = 4;
    private const long FreeGrowthBytes = 16L << 20;

    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);

    /// <summary>
    /// Prepares a model whose file was checked. Takes seconds and as much memory as the model three times, so it is to run at low priority and
    /// one at a time.
    /// </summary>
    /// <param name="original">The model's files.</param>
    /// <param name="folder">The folder to make, whose parent is there; one that is whole already is taken as it is.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    public PreparationOutcome Prepare(ModelFiles original, string folder, CancellationToken cancellationToken)
    {
        NativeEnvironment.Start(_logger);
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (PreparedModel.TryRead(folder, out var there))
            {
                return PreparationOutcome.Of(there);
            }

            Directory.CreateDirectory(temporary);
            return Write(original, temporary, cancellationToken) is { } reason
                ? PreparationOutcome.Failed(reason)
                : PreparationOutcome.Of(Publish(temporary, folder));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            return PreparationOutcome.Failed(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TimeoutException || NativeError.Is(exception))
        {
            var reason = NativeError.Describe(exception, original.Path).Replace(temporary, "", StringComparison.Ordinal);
            return exception is OnnxRuntimeException ? PreparationOutcome.Failed(reason) : PreparationOutcome.NotNow(reason);
        }
        finally
        {
            Remove(temporary);
        }
    }

    /// <summary>Makes everything in a folder of its own; returns why it cannot.</summary>
    private string? Write(ModelFiles original, string folder, CancellationToken cancellationToken)
    {
        // 1. What the original is, and what it gives: with one session at a time, the memory of one is needed.
        var facts = OriginalOpening.Inspect(original, cancellationToken);
        var opening = (choose ?? OpeningRule.Choose)(facts);
        List<Trial> trials;
        using (var session = OriginalOpening.Open(ModelId, original, isWhole: true, tried: null, SessionHooks.None, time, cancellationToken))
        {
            trials = Trial.RunAll(session, (session, request) => Run(session, request, cancellationToken), out var reason);
            if (reason is not null)
            {
                return reason;
            }
        }

        // 2. The prepared file.
        var path = Path.Combine(folder, opening == Opening.Read ? "model.onnx" : "model.ort");
        Optimize(original, facts, path, opening, cancellationToken);
        var bytes = new FileInfo(path).Length;
        if (bytes > (facts.ContentBytes * MaxGrowth) + FreeGrowthBytes)
        {
            return $"it grows from {facts.ContentBytes} to {bytes} bytes";
        }

        // 3. Whether it gives the same, in each way to open it.
        var model = new PreparedModel
        {
            Folder = folder,
            Opening = opening,
            ContentBytes = bytes,
            ContentDigest = ComputeDigest(path),
            Content = opening == Opening.Read ? File.ReadAllBytes(path) : null,
            FileName = opening == Opening.Read ? null : Path.GetFileName(path),
            Signature = facts.Model.Signature,
            MakesNothing = facts.MakesNothing,
            WeightBytes = facts.Weights.Bytes,
            HeapBytes = SessionMemory.OfPrepared(opening, facts, bytes).HeapBytes,
            PackedHeapBytes = SessionMemory.OfPrepared(Opening.Mapped, facts, bytes).HeapBytes,
            MappedBytes = opening == Opening.Read ? 0 : bytes,
            LoadMilliseconds = 0,
        };
        if (model.Openings.Select(way => FindDifference(model, way, trials, cancellationToken)).FirstOrDefault(found => found is not null) is { } difference)
        {
            return $"once prepared, it gives other outputs: {difference}";
        }

        if (model.Content is not null)
        {
            File.Delete(path);
        }

        // 4. The record, with what it costs.
        MeasureLoads(model, trials[^1], cancellationToken).Write(folder);
        return null;
    }

    private static void Optimize(ModelFiles original, FileFacts facts, string path, Opening opening, CancellationToken cancellationToken)
    {
        using var settings = SessionSettings.CreateForWriting(path, isMapped: opening != Opening.Read, original.FindFolder(facts));
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        using var session = new InferenceSession(original.Path, settings);
    }

    private string? FindDifference(PreparedModel model, Opening opening, List<Trial> trials, CancellationToken cancellationToken)
    {
        using var session = PreparedOpening.Open(ModelId, model, opening, SessionHooks.None, time, cancellationToken);
        try
        {
            return trials.Select(trial => OutputComparison.FindDifference(trial.Outputs, Run(session, trial.Request, cancellationToken)))
                .FirstOrDefault(difference => difference is not null);
        }
        catch (Exception exception) when (exception is InferenceFailedException or InvalidInputException)
        {
            return exception.Message;
        }
    }

    private ImmutableArray<ModelValue> Run(OnnxSession session, InferenceRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(runTime, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var before = Environment.CpuUsage.TotalTime;
        try
        {
            return session.Run(request, end.Token).Outputs;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // At the lowest priority a busy machine leaves it little time, and that says nothing of the model.
            var reason = $"a run on made-up inputs did not end within {runTime.TotalSeconds} s.";
            throw Environment.CpuUsage.TotalTime - before < runTime / 2 ? new TimeoutException(reason) : new InvalidDataException(reason);
        }
    }

    private PreparedModel MeasureLoads(PreparedModel model, Trial trial, CancellationToken cancellationToken)
    {
        foreach (var opening in model.Openings)
        {
            var (heapBytes, load) = Measure(model, opening, trial, cancellationToken);
            model = opening == model.Opening
                ? model with { HeapBytes = heapBytes ?? model.HeapBytes, LoadMilliseconds = Math.Round(load.TotalMilliseconds, 3) }
                : model;
            model = opening == Opening.Mapped ? model with { PackedHeapBytes = heapBytes ?? model.PackedHeapBytes } : model;
        }

        return model;
    }

    // Several times, since other threads use the heap and the processor too. As in a check, with what a small run takes; not with what former ones left.
    private (long? HeapBytes, TimeSpan Load) Measure(PreparedModel model, Opening opening, Trial trial, CancellationToken cancellationToken)
    {
        var heaps = new List<long?>();
        var loads = new List<TimeSpan>();
        for (var i = 0; i < Measurements; i++)
        {
            RunPool.Drain();
            var before = ProcessMemory.ReadHeapBytes();
            var start = time.GetTimestamp();
            using var session = PreparedOpening.Open(ModelId, model, opening, SessionHooks.None, time, cancellationToken);
            loads.Add(time.GetElapsedTime(start));
            Run(session, trial.Request, cancellationToken);
            heaps.Add(ProcessMemory.ReadHeapBytes() - before);
        }

        heaps.Sort();
        return (heaps[Measurements / 2] is { } median ? Math.Max(median, 0) : null, loads.Min());
    }

    private static string ComputeDigest(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    // A folder is whole from the moment at which it has its name. Another process may have been first: then that one is taken.
    private static PreparedModel Publish(string temporary, string folder)
    {
        PreparedModel? model;
        try
        {
            if (!PreparedModel.TryRead(folder, out _))
            {
                Remove(folder);
            }

            Directory.Move(temporary, folder);
        }
        catch (IOException) when (PreparedModel.TryRead(folder, out model))
        {
            return model;
        }

        return PreparedModel.TryRead(folder, out model) ? model : throw new IOException("it is not there after it was written.");
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is not there; or it is swept with other leftovers.
        }
    }
}
