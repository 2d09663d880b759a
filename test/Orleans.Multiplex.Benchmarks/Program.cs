using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Benchmarks;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.Benchmarks.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;

// [folder]: where the models are kept between runs, 1.8 GB of them; without it, they are written anew and removed.
NativeEnvironment.Start(NullLogger.Instance);
var folder = args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory("multiplex-benchmarks-").FullName;
try
{
    var models = BenchmarkModel.MakeAll(folder);
    Row.WriteHead();
    var isAllReached = true;
    foreach (var row in models.SelectMany(ColdLoad.Measure).Append(TinyDensity.Measure(models[0])).Append(AfterAll.Measure(models)))
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
