using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>
/// What the live silos of the cluster have counted of one version of a model of the store, each since its start, whether or not the model
/// is resident. The sums of a silo that has gone are gone with it.
/// </summary>
/// <remarks>
/// A request counts once, on the silo where its answer or its error came from: as a success, or as a failure whatever failed, its caller's
/// going away included. Not counted are requests that reach no grain of a model (what a gateway refuses), those for models or
/// versions that the store does not have, and those that a silo hands back because the model was unloaded under them: they are
/// counted where they are sent again. All times but <see cref="Fail"/> are of successes alone.
/// </remarks>
[GenerateSerializer, Immutable, Alias("multiplex.ModelStatistics")]
public sealed record ModelStatistics
{
    /// <summary>The model's id.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>The version; 0 for failures from before it was known which one it would be.</summary>
    [Id(1)]
    public required long Version { get; init; }

    /// <summary>When a run last succeeded, by the clock of its silo; null when none has.</summary>
    [Id(2)]
    public DateTimeOffset? LastInference { get; init; }

    /// <summary>The rows that were run: a request counts as the first dimension of its first input for which the model leaves that open, or else as one.</summary>
    [Id(3)]
    public long InferenceCount { get; init; }

    /// <summary>The runs.</summary>
    [Id(4)]
    public long ExecutionCount { get; init; }

    /// <summary>Requests that were answered, from their arrival at the silo to the answer.</summary>
    [Id(5)]
    public CountedTime Success { get; init; }

    /// <summary>Requests that ended in an error, from their arrival at the silo to the error.</summary>
    [Id(6)]
    public CountedTime Fail { get; init; }

    /// <summary>The wait for an inference thread.</summary>
    [Id(7)]
    public CountedTime Queue { get; init; }

    /// <summary>Giving the inputs to the inference engine.</summary>
    [Id(8)]
    public CountedTime ComputeInput { get; init; }

    /// <summary>The runs themselves.</summary>
    [Id(9)]
    public CountedTime ComputeInfer { get; init; }

    /// <summary>Taking the outputs from the inference engine.</summary>
    [Id(10)]
    public CountedTime ComputeOutput { get; init; }

    /// <summary>The runs by the number of their rows, smallest first: exact up to 32, above it rounded up to a power of two, and at most 2^20.</summary>
    [Id(11)]
    public ImmutableArray<BatchStatistics> Batches { get; init; } = [];

    /// <summary>The bytes charged for it now, on all silos together; 0 when it is resident nowhere.</summary>
    [Id(12)]
    public long Bytes { get; init; }
}
