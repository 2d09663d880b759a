using Amazon.S3;
using Amazon.S3.Model;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Fetching;

/// <summary>
/// What a fetch costs beside the best that the bare SDK does with the same object, both into a file: in one process, in turns, medians.
/// </summary>
public sealed class FetchBenchmark(Bucket bucket) : StoreTest(bucket)
{
    private const int Length = 300_000_000;
    private const int Rounds = 9;
    private const int BufferBytes = 256 << 10;

    private readonly Bucket _bucket = bucket;

    [Fact(Explicit = true)]
    public async Task Fetch_300MB_ReachesTheRateOfBareRanges()
    {
        await _bucket.PutAsync(Name, "large/model.onnx", RandomBytes(Length));
        var client = await _bucket.Client;
        var folder = MakeFolder();
        var path = Path.Combine(folder, "model.onnx");
        var ways = new List<(string Name, Func<Task> Run)>();
        foreach (var ranges in new[] { 1, 2, 4, 8 })
        {
            ways.Add(($"bare, {ranges} ranges", () => FetchBareAsync(client, path, ranges)));
        }

        foreach (var (part, parallel) in new[] { (8, 4), (16, 2), (16, 4), (32, 4), (64, 4) })
        {
            var store = await MakeAsync(configure: options => (options.PartSize, options.MaxParallel) = (new ByteSize((long)part << 20), parallel));
            var manifest = (await FindAsync(store, "large"))!;
            ways.Add(($"store, parts of {part} MiB, {parallel} at once", () => FetchAsync(store, manifest, path)));
        }

        var runs = ways.ToDictionary(static way => way.Name, static _ => new List<(double Seconds, double Cpu)>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (name, run) in ways)
            {
                var (started, cpu) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
                await run();
                var took = TimeProvider.System.GetElapsedTime(started);
                if (round > 0)
                {
                    runs[name].Add((took.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds));
                }
            }
        }

        var rates = runs.ToDictionary(static way => way.Key, static way => Length / 1e6 / Median(way.Value.Select(static run => run.Seconds)));
        var best = rates.Where(static way => way.Key.StartsWith("bare", StringComparison.Ordinal)).Max(static way => way.Value);
        foreach (var (name, rate) in rates)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{name,-34} {rate,4:0} MB/s, {rate / best:0.00} of the best bare one; {Median(runs[name].Select(static run => run.Cpu)),4:0} ms of CPU in this process");
        }

        Assert.True(rates["store, parts of 16 MiB, 4 at once"] >= 0.9 * best);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static async Task FetchAsync(S3ModelStore store, ModelManifest manifest, string path)
    {
        using var target = new FileTarget(path, Length);
        await store.FetchAsync(manifest, manifest.Files[0], target, Token);
    }

    private async Task FetchBareAsync(AmazonS3Client client, string path, int ranges)
    {
        using var target = new FileTarget(path, Length);
        var length = (Length + ranges - 1) / ranges;
        await Task.WhenAll(Enumerable.Range(0, ranges).Select(range => Task.Run(async () =>
        {
            var (offset, end) = ((long)range * length, Math.Min((range + 1L) * length, Length));
            using var response = await client.GetObjectAsync(
                new GetObjectRequest { BucketName = Name, Key = "large/model.onnx", ByteRange = new ByteRange(offset, end - 1) }, Token);
            var buffer = new byte[BufferBytes];
            while (await response.ResponseStream.ReadAsync(buffer, Token) is > 0 and var read)
            {
                await target.WriteAsync(offset, buffer.AsMemory(0, read), Token);
                offset += read;
            }
        })));
    }
}
