using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>Statistics as messages, the same as <see cref="StatisticsJson"/> writes.</summary>
internal static class StatisticsAnswer
{
    public static ModelStatisticsResponse Write(ImmutableArray<Multiplex.ModelStatistics> statistics)
    {
        var response = new ModelStatisticsResponse();
        response.ModelStats.AddRange(statistics.Select(Write));
        return response;
    }

    private static Protocol.ModelStatistics Write(Multiplex.ModelStatistics model)
    {
        var written = new Protocol.ModelStatistics
        {
            Name = model.Model,
            Version = StatisticsJson.Name(model.Version),
            LastInference = (ulong)(model.LastInference?.ToUnixTimeMilliseconds() ?? 0),
            InferenceCount = (ulong)model.InferenceCount,
            ExecutionCount = (ulong)model.ExecutionCount,
            InferenceStats = new InferStatistics
            {
                Success = Write(model.Success),
                Fail = Write(model.Fail),
                Queue = Write(model.Queue),
                ComputeInput = Write(model.ComputeInput),
                ComputeInfer = Write(model.ComputeInfer),
                ComputeOutput = Write(model.ComputeOutput),
                CacheHit = new StatisticDuration(),
                CacheMiss = new StatisticDuration(),
            },
        };
        written.BatchStats.AddRange(model.Batches.Select(static batch => new InferBatchStatistics
        {
            BatchSize = (ulong)batch.BatchSize,
            ComputeInput = Write(batch.ComputeInput),
            ComputeInfer = Write(batch.ComputeInfer),
            ComputeOutput = Write(batch.ComputeOutput),
        }));
        if (model.Bytes > 0)
        {
            written.MemoryUsage.Add(new MemoryUsage { Type = "CPU", ByteSize = (ulong)model.Bytes });
        }

        return written;
    }

    private static StatisticDuration Write(CountedTime time) => new() { Count = (ulong)time.Count, Ns = (ulong)time.Nanoseconds };
}
