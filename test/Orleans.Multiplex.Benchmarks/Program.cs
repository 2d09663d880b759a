using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Benchmarks;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.Benchmarks.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;

// [folder [model]]: where the models are kept between runs, 1.8 GB of them, and the only one to be loaded; without a folder, they are written anew
// and removed.
NativeEnvironment.Start(NullLogger.Instance);
var folder = args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory("multiplex-benchmarks-").FullName;
try
{
    var models = BenchmarkModel.MakeAll(folder, only: args.Length > 1 ? args[1] : null);
    var baseline = AfterAll.MeasureBaseline(models[0]);
    var rows = models.SelectMany(ColdLoad.Measure);
    if (args.Length < 2)
    {
        // Late, since thousands of models leave a heap behind in which a tiny one opens more slowly; one by one, as they are written.
        rows = rows.Concat(new Func<Row>[] { () => TinyDensity.Measure(models[0]), () => AfterAll.Measure(models, baseline) }.Select(measure => measure()));
    }

    Row.WriteHead();
    var isAllReached = true;
    foreach (var row in rows)
    {
        row.Write();
        isAllReached &= row.IsReached || row.Limit.Length == 0;
    }

    return isAllReached ? 0 : 1;
}
finally
{
    if (args.Length == 0)
    {
        Directory.Delete(folder, recursive: true);
    }
}
