using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Orleans.Multiplex.Benchmarks.Silos;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Benchmarks.Buckets;

/// <summary>
/// From a request for a model that this machine has never seen to its answer, the model's file in a bucket, beside the best that parallel ranged reads of
/// the same object reach with nothing of ours around them. By turns, against a real S3 server on this machine.
/// </summary>
internal static class FirstAnswerFromBucket
{
    private const string Name = "models";
    private const int Width = 5000;
    private const int Layers = 3;
    private const int TableRows = 150_000;
    private const int TableWidth = 500;
    private const int Rounds = 7;
    private const int BufferBytes = 256 << 10;
    private const int WarmUps = 150;
    private const double LeastOfBare = 0.9;

    private static readonly Model Multiplying = new(
        $"{Layers} layers that multiply, so that the first answer reads all of it",
        static (path, seed) => LargeModels.WriteLayers(path, Width, Layers, "MatMul", seed),
        Tensor.Create("x", new float[Width], 1, Width));

    private static readonly Model Embedding = new(
        "an embedding, of which an answer reads some rows",
        static (path, seed) => LargeModels.WriteEmbedding(path, TableRows + seed, TableWidth),
        Tensor.Create("x", new long[8], 1, 8));

    private static readonly Model Small = new(
        "an embedding that comes in two parts", static (path, _) => LargeModels.WriteEmbedding(path, 10_000, TableWidth), Embedding.Input);

    private sealed record Model(string Name, Action<string, int> Write, Tensor Input);

    public static async IAsyncEnumerable<Row> MeasureAsync()
    {
        foreach (var model in new[] { Embedding, Multiplying })
        {
            yield return await MeasureAsync(model);
        }
    }

    private static async Task<Row> MeasureAsync(Model model)
    {
        await using var server = await S3Server.StartAsync();
        using var client = Connect(server);
        await client.PutBucketAsync(Name);
        var folder = Directory.CreateTempSubdirectory("multiplex-bucket-");
        try
        {
            await using var silo = await BenchmarkSilo.StartAsync(
                $"s3://{Name}", ("Multiplex:S3:ServiceUrl", server.Address.AbsoluteUri), ("Multiplex:S3:ForcePathStyle", "true"));
            await WarmUpAsync(silo, client, folder.FullName);
            var (ours, bare) = (new List<double>(), new Dictionary<int, List<double>> { [1] = [], [2] = [], [4] = [], [8] = [] });
            var length = 0L;
            var random = new Random(1);
            for (var round = 0; round <= Rounds; round++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"never-seen-{round}");
                length = await PutAsync(client, folder.FullName, id, model, round);

                // Whoever is first meets what the upload has left to write.
                var ways = bare.Keys.Prepend(0).ToArray();
                random.Shuffle(ways);
                foreach (var ranges in ways)
                {
                    (ranges == 0 ? ours : bare[ranges]).Add(
                        ranges == 0 ? await AskAsync(silo, id, model.Input) : await FetchAsync(client, BareFile(ranges), id, length, ranges));
                }

                // All of them at once, or whoever comes next would write to memory that was just in use, which is faster here than to other.
                foreach (var ranges in bare.Keys)
                {
                    File.Delete(BareFile(ranges));
                }

                await silo.Client.UnloadAsync(id);
                await client.DeleteObjectAsync(Name, $"{id}/model.onnx");
            }

            return MakeRow(model, ours, bare, length);

            string BareFile(int ranges) => Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"bare-{ranges}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Until .NET has compiled what is called often: that took a fifth of both processors while the first models of a process came.
    private static async Task WarmUpAsync(BenchmarkSilo silo, AmazonS3Client client, string folder)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"warm-up-{i}");
            var length = await PutAsync(client, folder, id, Small, i);
            await AskAsync(silo, id, Small.Input);
            await FetchAsync(client, Path.Combine(folder, "warm-up"), id, length, 1 << (i % 4));
            await silo.Client.UnloadAsync(id);
            await client.DeleteObjectAsync(Name, $"{id}/model.onnx");
        }
    }

    // The first round meets what the warm-up has left to do, and counts nowhere.
    private static Row MakeRow(Model model, List<double> ours, Dictionary<int, List<double>> bare, long length)
    {
        var our = length / 1e6 / Median(ours);
        var rates = bare.ToDictionary(static way => way.Key, way => length / 1e6 / Median(way.Value));
        var best = rates.Values.Max();
        var sweep = string.Join(", ", rates.Select(rate => string.Create(CultureInfo.InvariantCulture, $"{rate.Key}: {rate.Value:0}")));
        return new Row(
            "S3 to first answer, never seen, vs the best bare parallel ranged reads",
            string.Create(CultureInfo.InvariantCulture, $"{model.Name}: {length / 1e6:0} MB, written to disk and not flushed, server on the same machine"),
            string.Create(CultureInfo.InvariantCulture, $"{our:0} MB/s vs {best:0} MB/s (by ranges at once: {sweep}) = {our / best:0.00}×"),
            "≥ 0.9×",
            our >= LeastOfBare * best);
    }

    private static double Median(IEnumerable<double> values) => values.Skip(1).Order().ElementAt(Rounds / 2);

    private static async Task<double> AskAsync(BenchmarkSilo silo, string id, Tensor input)
    {
        var start = TimeProvider.System.GetTimestamp();
        await silo.Client.InferAsync(id, [input]);
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<long> PutAsync(AmazonS3Client client, string folder, string id, Model model, int seed)
    {
        var path = Path.Combine(folder, "model.onnx");
        File.Delete(path);
        model.Write(path, seed);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = Name, Key = $"{id}/model.onnx", FilePath = path, UseChunkEncoding = false });
        return new FileInfo(path).Length;
    }

    private static async Task<double> FetchAsync(AmazonS3Client client, string path, string id, long length, int ranges)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, preallocationSize: length);
        var part = (length + ranges - 1) / ranges;
        await Task.WhenAll(Enumerable.Range(0, ranges).Select(range => Task.Run(async () =>
        {
            var (offset, end) = (range * part, Math.Min((range + 1) * part, length));
            using var response = await client.GetObjectAsync(
                new GetObjectRequest { BucketName = Name, Key = $"{id}/model.onnx", ByteRange = new ByteRange(offset, end - 1) });
            var buffer = new byte[BufferBytes];
            while (await response.ResponseStream.ReadAsync(buffer) is > 0 and var read)
            {
                RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
                offset += read;
            }
        })));
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static AmazonS3Client Connect(S3Server server) => new(new AmazonS3Config
    {
        ServiceURL = server.Address.AbsoluteUri,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });
}
