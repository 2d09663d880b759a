using System.Collections.Immutable;
using System.Globalization;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.Benchmarks.Memory;

/// <summary>What a process keeps of its memory once all models are closed: opened in each way, each run once, and 2,000 tiny ones beside them.</summary>
internal static class AfterAll
{
    private const int Tiny = 2_000;
    private const double MostOfPeak = 0.05;

    /// <summary>The memory of a process that has opened, run and closed one tiny model, and nothing else.</summary>
    public static long MeasureBaseline(BenchmarkModel tiny)
    {
        Close([.. OpenAndRun(tiny)]);
        return Rest();
    }

    /// <summary>Opens everything and closes it, after whatever else was opened and closed since the baseline.</summary>
    public static Row Measure(IReadOnlyList<BenchmarkModel> models, long baseline)
    {
        List<OnnxSession> sessions = [.. models.SelectMany(OpenAndRun)];
        for (var i = 0; i < Tiny; i++)
        {
            sessions.AddRange(OpenAndRun(models[0]));
        }

        var peak = ProcessMemory.ReadResidentBytes()!.Value;
        var anonymous = ProcessMemory.ReadAnonymousBytes()!.Value;
        Close(sessions);
        var rest = Rest();
        return new Row(
            "process memory after everything is closed",
            $"one of each model in each way, run once, and {Tiny} tiny",
            string.Create(
                CultureInfo.InvariantCulture,
                $"baseline {Mega(baseline)}, peak {Mega(peak)} ({Mega(anonymous)} of it heap), after {Mega(rest)}: {100.0 * (rest - baseline) / peak:0.0} % of the peak more"),
            "≤ baseline + 5 % of the peak",
            rest <= baseline + (MostOfPeak * peak));
    }

    private static IEnumerable<OnnxSession> OpenAndRun(BenchmarkModel model) =>
        model.Prepared.Openings.Select(opening =>
        {
            var session = PreparedOpening.Open("m", model.Prepared, opening, SessionHooks.None, TimeProvider.System, CancellationToken.None);
            var inputs = MadeUpInputs.Create(session.Signature, 1, withOptional: false, seed: 1) ?? ImmutableArray<ModelValue>.Empty;
            session.Run(new InferenceRequest(inputs), CancellationToken.None);
            return session;
        });

    private static void Close(List<OnnxSession> sessions)
    {
        sessions.ForEach(static session => session.Dispose());
        sessions.Clear();
    }

    private static long Rest()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        HeapTrim.Run();
        return ProcessMemory.ReadResidentBytes()!.Value;
    }

    private static string Mega(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
