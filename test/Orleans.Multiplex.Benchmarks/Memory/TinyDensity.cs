using System.Globalization;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.Benchmarks.Memory;

/// <summary>How many tiny models a process holds open per GiB of its memory, each with its record as a silo keeps it.</summary>
internal static class TinyDensity
{
    private const int Sessions = 20_000;
    private const double MustReach = 18_000;

    public static Row Measure(BenchmarkModel tiny)
    {
        List<IDisposable> sessions = [.. Open(tiny, 100)];
        var before = Resident();
        var start = ThreadTime.Now;
        sessions.AddRange(Open(tiny, Sessions));
        var time = ThreadTime.Now - start;
        var bytes = (double)(Resident() - before) / Sessions;
        sessions.ForEach(static session => session.Dispose());
        var perGiB = (1 << 30) / bytes;
        return new Row(
            "tiny models per GiB of process memory",
            $"{tiny.Name}: {new FileInfo(tiny.Original).Length / 1e3:0.0} kB, {Sessions} open at once",
            string.Create(CultureInfo.InvariantCulture, $"{perGiB:0}, {bytes / 1024:0.0} KB each, opened at {Sessions / time.TotalSeconds:0} a second"),
            string.Create(CultureInfo.InvariantCulture, $"≥ {MustReach}"),
            perGiB >= MustReach);
    }

    private static IEnumerable<IDisposable> Open(BenchmarkModel tiny, int count)
    {
        for (var i = 0; i < count; i++)
        {
            PreparedModel.TryRead(tiny.Prepared.Folder, out var model);
            yield return PreparedOpening.Open("m", model!, model!.Opening, SessionHooks.None, TimeProvider.System, CancellationToken.None);
        }
    }

    // Garbage is not the models'.
    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return ProcessMemory.ReadResidentBytes() ?? throw new NotSupportedException("The memory of a process is not told here.");
    }
}
