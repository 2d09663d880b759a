using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// Tries a model as a silo would use it: opens it in the same way and runs it once on made-up inputs. Says what the heap has more after each step;
/// nothing else runs here.
/// </summary>
internal sealed class FileCheck(TimeProvider time)
{
    // In errors that nobody sees but as the reason in an answer.
    private const string ModelId = "checked";

    /// <summary>Checks a model of its own, so that the first one of somebody else does not wait for what only the first one waits for.</summary>
    public void WarmUp()
    {
        var folder = Directory.CreateTempSubdirectory("multiplex-worker-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.onnx");
            File.WriteAllBytes(path, RunPool.Model);
            var answers = new List<WorkerAnswer>();
            Run(new WorkerJob(0, JobKind.Check, path, []), answers.Add);
            if (answers[^1] is not { Step: WorkerStep.Ran, Reason: null })
            {
                throw new InvalidOperationException($"A model of its own cannot be checked: {answers[^1].Reason}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Checks a model.</summary>
    public void Run(WorkerJob job, Action<WorkerAnswer> answer)
    {
        var before = ProcessMemory.ReadHeapBytes();
        WorkerAnswer last;
        try
        {
            // Until it is closed again, since that may fail too.
            using var session = OriginalOpening.Open(ModelId, job.Files, job.IsWhole, tried: null, SessionHooks.None, time, CancellationToken.None);
            answer(Tell(session, WorkerStep.Opened, null));
            Trial.RunOnce(session, out var reason);
            last = Tell(session, WorkerStep.Ran, reason);
        }
#pragma warning disable CA1031 // What is wrong with a model is its check's result.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            last = new WorkerAnswer(job.Id, WorkerStep.Refused, Reason: Describe(exception, job.Path));
        }

        answer(last);

        // Nobody waits for this any more.
        GiveMemoryBack();

        WorkerAnswer Tell(OnnxSession session, WorkerStep step, string? reason) =>
            new(job.Id, step, ProcessMemory.ReadHeapBytes() - before, session.IsInPlace ? session.MappedBytes : FileMappings.Measure(job.Path), reason, session.IsInPlace);
    }

    /// <summary>Gives back what is not in use any more, so that the next model begins with none of it.</summary>
    public static void GiveMemoryBack()
    {
        RunPool.Drain();
        GC.Collect();
        HeapTrim.Run();
    }

    private static string Describe(Exception exception, string path) => exception switch
    {
        InvalidDataException => exception.Message,
        IOException or UnauthorizedAccessException => $"its file cannot be read: {NativeError.Describe(exception, path)}",
        _ when NativeError.Is(exception) => NativeError.Describe(exception, path),
        _ => $"{exception.GetType().Name}: {NativeError.Describe(exception, path)}",
    };
}
