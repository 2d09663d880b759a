using System.Text.Json.Serialization;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>What a check found, as it is kept.</summary>
/// <param name="Verdict">What.</param>
/// <param name="IsRun">Whether the model was open already and ran.</param>
/// <param name="LoadedBytes">The bytes of the heap that it took once it was open.</param>
/// <param name="RanBytes">The bytes that it took after a run, with what the run needed.</param>
/// <param name="MappedBytes">The bytes of its files that it had mapped after the run.</param>
/// <param name="Reason">How it ended the process, or why it was not run.</param>
/// <param name="IsInPlace">Whether it was opened in place; one that this crashed is tried as a whole, and to be opened so.</param>
/// <param name="Seconds">How long each step was allowed to take.</param>
/// <param name="LimitBytes">How much memory the process was allowed to have.</param>
internal sealed record CheckResult(
    CheckVerdict Verdict,
    bool IsRun,
    long? LoadedBytes,
    long? RanBytes,
    long? MappedBytes,
    string? Reason,
    bool IsInPlace,
    double Seconds,
    long LimitBytes)
{
    // What the .NET side of an open model takes, which the worker's heap does not show.
    private const long ManagedBytes = 4096;

    /// <summary>What was found of the model; null for one that is not good.</summary>
    [JsonIgnore]
    public TriedOriginal? Tried => Verdict == CheckVerdict.Good ? new(Memory, IsInPlace) : null;

    private ModelMemory? Memory => LoadedBytes is { } loaded
        ? new(Math.Max(0, Math.Max(loaded, RanBytes ?? 0)) + ManagedBytes, MappedBytes ?? 0)
        : null;

    /// <summary>Whether the same would come out under other limits: who allows more than was allowed then tries it again.</summary>
    public bool HoldsFor(JobLimits limits) => Verdict switch
    {
        CheckVerdict.TooSlow => limits.Time.TotalSeconds <= Seconds,
        CheckVerdict.TooLarge => limits.Bytes <= LimitBytes,
        _ => true,
    };
}
