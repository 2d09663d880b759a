using System.Collections.Immutable;

namespace Orleans.Multiplex.Grains;

/// <summary>Adds up statistics. A sum does not depend on the order of what is added, nor on how it was grouped before.</summary>
internal static class StatisticsSum
{
    /// <summary>The most models, each version being one, that an answer has.</summary>
    public const int MaxNames = 10_000;

    /// <summary>
    /// The sums of each version of each model, in the order of ids and versions. Of more than can be told, those that ran last.
    /// </summary>
    public static ImmutableArray<ModelStatistics> Of(IEnumerable<ModelStatistics> parts, int maxNames = MaxNames) =>
    [
        .. parts
            .GroupBy(static part => (part.Model, part.Version))
            .Select(static parts => parts.Aggregate(Add))
            .OrderByDescending(static sum => sum.LastInference ?? DateTimeOffset.MinValue)
            .ThenBy(static sum => sum.Model, StringComparer.Ordinal)
            .ThenBy(static sum => sum.Version)
            .Take(maxNames)
            .OrderBy(static sum => sum.Model, StringComparer.Ordinal)
            .ThenBy(static sum => sum.Version),
    ];

    private static ModelStatistics Add(ModelStatistics left, ModelStatistics right) => new()
    {
        Model = left.Model,
        Version = left.Version,
        LastInference = left.LastInference is not { } at || right.LastInference > at ? right.LastInference : at,
        InferenceCount = left.InferenceCount + right.InferenceCount,
        ExecutionCount = left.ExecutionCount + right.ExecutionCount,
        Success = left.Success + right.Success,
        Fail = left.Fail + right.Fail,
        Queue = left.Queue + right.Queue,
        ComputeInput = left.ComputeInput + right.ComputeInput,
        ComputeInfer = left.ComputeInfer + right.ComputeInfer,
        ComputeOutput = left.ComputeOutput + right.ComputeOutput,
        Batches =
        [
            .. left.Batches.Concat(right.Batches)
                .GroupBy(static batch => batch.BatchSize)
                .Select(static batches => batches.Aggregate(Add))
                .OrderBy(static batch => batch.BatchSize),
        ],
        Bytes = left.Bytes + right.Bytes,
    };

    private static BatchStatistics Add(BatchStatistics left, BatchStatistics right) => new(
        left.BatchSize,
        left.ComputeInput + right.ComputeInput,
        left.ComputeInfer + right.ComputeInfer,
        left.ComputeOutput + right.ComputeOutput);
}
