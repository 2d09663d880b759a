using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Orleans.Multiplex.Benchmarks.Runs;

/// <summary>What a run costs beyond ONNX Runtime's own: rows of <see cref="RunOverhead"/>.</summary>
internal static class RunOverheadRows
{
    private const double MostMore = 1.5;
    private const double MostTimes = 1.05;
    private const double LongMicroseconds = 100;

    public static IEnumerable<Row> Measure()
    {
        // In this process: what it would build anew is what runs here.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithMaxIterationCount(25))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance);
        var summary = BenchmarkRunner.Run<RunOverhead>(config);
        var medians = summary.Reports.ToDictionary(
            static report => ((string)report.BenchmarkCase.Parameters[nameof(RunOverhead.Model)], report.BenchmarkCase.Descriptor.WorkloadMethod.Name),
            static report => (
                Microseconds: (report.ResultStatistics ?? throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} gave nothing.")).Median / 1000,
                Bytes: report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0));
        foreach (var model in medians.Keys.Select(static key => key.Item1).Distinct())
        {
            var bare = medians[(model, nameof(RunOverhead.Bare))];
            foreach (var way in new[] { nameof(RunOverhead.HereAsync), nameof(RunOverhead.QueuedAsync) })
            {
                var ours = medians[(model, way)];
                var isLong = bare.Microseconds >= LongMicroseconds;

                // With one caller alone a run of these models never goes the other way.
                var isLimited = way == nameof(RunOverhead.HereAsync);
                yield return new Row(
                    way == nameof(RunOverhead.HereAsync) ? "a run on its caller's thread vs bare Run" : "a run on an inference thread, with the ways to it and back, vs bare Run",
                    $"{model}, 1 row, 1 thread",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{ours.Microseconds:0.00} µs vs {bare.Microseconds:0.00} µs = +{ours.Microseconds - bare.Microseconds:0.00} µs, {ours.Microseconds / bare.Microseconds:0.00}×; {ours.Bytes} B vs {bare.Bytes} B allocated"),
                    !isLimited ? "" : isLong ? "≤ 1.05×" : "≤ +1.5 µs",
                    isLong ? ours.Microseconds <= MostTimes * bare.Microseconds : ours.Microseconds <= bare.Microseconds + MostMore);
            }
        }
    }
}
