using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>What callers are told of a model that did not pass.</summary>
internal static class CheckErrors
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    private const string Trust = "If you trust the models of this store, set Multiplex:Models:Trusted=true, which opens them unchecked.";

    /// <summary>The error for a result; null for a good one.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="result">The result.</param>
    /// <param name="quotaBytes">What the silo may hold.</param>
    public static MultiplexException? Of(string modelId, CheckResult result, long quotaBytes) => result.Verdict switch
    {
        CheckVerdict.Crashed => new ModelLoadFailedException(
            modelId, $"it ended the process that tried it ({result.Reason}), {Step(result)}. It is not tried again before its file changes. {Trust}"),
        CheckVerdict.TooSlow => new ModelLoadFailedException(
            modelId,
            $"{(result.IsRun ? "a run on made-up inputs" : "opening it")} did not end within {result.Seconds:0.###} s. If it is only slow, "
            + $"raise Multiplex:Models:CheckTimeout. {Trust}"),
        CheckVerdict.TooLarge => new NoCapacityException(
            modelId,
            $"Model '{modelId}' took more than {new ByteSize(result.LimitBytes)} in the process that tried it, {Step(result)}; the silo may hold "
            + $"{new ByteSize(quotaBytes)} in all. Raise Multiplex:MaxBytesPerSilo, or use a smaller model."),
        _ => null,
    };

    /// <summary>The error where the model could not be tried, which says nothing of it.</summary>
    public static ModelLoadFailedException NotTried(string modelId, JobEnd end) => new(modelId, IsFromOutside(end)
        ? $"the process that tried it was ended from outside, again and again ({Describe(end)}), so it could not be checked. {Trust}"
        : $"it cannot be checked, since no worker process can be started: {end.Reason}. {Trust}");

    /// <summary>Whether a process was ended by somebody, or by a system short of memory, and not by what it did.</summary>
    public static bool IsFromOutside(JobEnd end) =>
        end is { Outcome: JobOutcome.Lost } or { Outcome: JobOutcome.Died, Signal: Interrupt or Kill or Terminate };

    /// <summary>How a process ended.</summary>
    public static string Describe(JobEnd end) => end.Outcome == JobOutcome.Lost ? $"{end.Reason}" : JobWatch.Describe(end.Signal, end.Code);

    private static string Step(CheckResult result) => result.IsRun ? "while it ran on made-up inputs" : "while it was opened";
}
