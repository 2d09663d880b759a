namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>What a job may take, from when it begins.</summary>
/// <param name="Time">How long each of its steps may take.</param>
/// <param name="Bytes">How much memory the process may have.</param>
internal sealed record JobLimits(TimeSpan Time, long Bytes)
{
    /// <summary>Whether it is past one of them; null when it is not.</summary>
    /// <param name="elapsed">How long the step takes already.</param>
    /// <param name="bytes">How much memory the process has.</param>
    public JobOutcome? Judge(TimeSpan elapsed, long bytes) =>
        bytes > Bytes ? JobOutcome.TooLarge : elapsed > Time ? JobOutcome.TooSlow : null;
}
