using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Benchmarks;
using Orleans.Multiplex.Benchmarks.Buckets;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.Benchmarks.Copies;
using Orleans.Multiplex.Benchmarks.Memory;
using Orleans.Multiplex.Benchmarks.Runs;
using Orleans.Multiplex.Benchmarks.Serving;
using Orleans.Multiplex.Benchmarks.Silos;
using Orleans.Multiplex.OnnxRuntime.Native;

// serve [quick|smoke] [row…]: servers under load, which takes a machine of its own and is no part of "all".
if (args is ["serve", .. var wanted])
{
    return await ServingRun.RunAsync(wanted);
}

// [part [folder [model]]]: what to measure, "all" for all of it; where the models are kept between runs, 1.8 GB of them; and the only one to be loaded.
// Without a folder they are written anew and removed.
NativeEnvironment.Start(NullLogger.Instance);
var part = args.Length > 0 ? args[0] : "all";
var folder = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("multiplex-benchmarks-").FullName;
var only = args.Length > 2 ? args[2] : null;
var models = new Lazy<List<BenchmarkModel>>(() => BenchmarkModel.MakeAll(folder, only));

// Memory first, as long as nothing else has left a heap behind; thousands of tiny models last of it, for the same reason.
var parts = new Dictionary<string, Func<IAsyncEnumerable<Row>>>(StringComparer.Ordinal)
{
    ["memory"] = MeasureMemoryAsync,
    ["loads"] = () => models.Value.SelectMany(ColdLoad.Measure).ToAsyncEnumerable(),
    ["silos"] = MeasureSilosAsync,
    ["evictions"] = MeasureEvictionsAsync,
    ["buckets"] = MeasureBucketsAsync,
    ["spinning"] = MeasureSpinningAsync,
    ["copies"] = HotModel.MeasureAsync,
    ["runs"] = static () => RunOverheadRows.Measure().ToAsyncEnumerable(),
};
if (part != "all" && !parts.ContainsKey(part))
{
    await Console.Error.WriteLineAsync($"'{part}' is none of: all, serve, {string.Join(", ", parts.Keys)}.");
    return 2;
}

try
{
    Row.WriteHead();
    var isAllReached = true;
    foreach (var measure in part == "all" ? parts.Values.ToList() : [parts[part]])
    {
        await foreach (var row in measure())
        {
            row.Write();
            isAllReached &= row.IsReached || row.Limit.Length == 0;
        }
    }

    return isAllReached ? 0 : 1;
}
finally
{
    if (args.Length < 2)
    {
        Directory.Delete(folder, recursive: true);
    }
}

async IAsyncEnumerable<Row> MeasureMemoryAsync()
{
    yield return await Churn.MeasureAsync();
    yield return await AfterEviction.MeasureAsync(models.Value);
    yield return TinyDensity.Measure(models.Value[0]);
}

async IAsyncEnumerable<Row> MeasureSilosAsync()
{
    foreach (var row in await FirstAnswer.MeasureAllAsync(models.Value))
    {
        yield return row;
    }
}

async IAsyncEnumerable<Row> MeasureEvictionsAsync()
{
    yield return await Evictions.MeasureAsync();
}

async IAsyncEnumerable<Row> MeasureSpinningAsync()
{
    yield return await SpinningCode.MeasureAsync();
}

IAsyncEnumerable<Row> MeasureBucketsAsync() => FirstAnswerFromBucket.MeasureAsync();
