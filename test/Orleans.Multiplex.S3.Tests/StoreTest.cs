using Amazon.Runtime;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>A bucket of a test's own, and stores that read it.</summary>
public abstract class StoreTest(Bucket bucket) : IAsyncLifetime
{
    protected const string Onnx = "model.onnx";

    private readonly List<S3ModelStore> _stores = [];
    private readonly List<DirectoryInfo> _folders = [];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Name { get; private set; } = "";

    internal RecordedLog Log { get; } = new();

    public async ValueTask InitializeAsync() => Name = await bucket.MakeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _stores.ForEach(static store => store.Dispose());
        _folders.ForEach(static folder => folder.Delete(recursive: true));
        foreach (var (level, _, message) in Log.Entries)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{level}: {message}");
        }

        return default;
    }

    protected static byte[] RandomBytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A folder of the test's own.</summary>
    protected string MakeFolder()
    {
        _folders.Add(Directory.CreateTempSubdirectory("multiplex-s3-test-"));
        return _folders[^1].FullName;
    }

    internal async Task<S3ModelStore> MakeAsync(
        string prefix = "", Action<S3Options>? configure = null, AWSCredentials? credentials = null, int? pageSize = null, string? name = null)
    {
        var options = new S3Options { ServiceUrl = (await bucket.Server).Address };
        configure?.Invoke(options);
        var store = new S3ModelStore(S3Address.Parse($"s3://{name ?? Name}/{prefix}"), options, TimeProvider.System, Log, credentials, pageSize);
        _stores.Add(store);
        return store;
    }

    private protected static async Task<ModelManifest?> FindAsync(S3ModelStore store, string key, string? modelFile = Onnx) =>
        await store.FindAsync(ModelKey.Parse(key), modelFile, Token);

    private protected static async Task<byte[]> FetchAsync(S3ModelStore store, string key, string name = Onnx)
    {
        var manifest = await FindAsync(store, key, null);
        var file = manifest!.Files.Single(file => file.Name == name);
        var target = new MemoryTarget(file.Length);
        await store.FetchAsync(manifest, file, target, Token);
        return target.Bytes;
    }

    private protected static async Task<List<ModelListing>> ListAllAsync(IModelStore store, int limit, string? after = null)
    {
        var all = new List<ModelListing>();
        while (await store.ListAsync(all.Count > 0 ? all[^1].Id : after, limit, Onnx, Token) is { IsEmpty: false } part)
        {
            Assert.InRange(part.Length, 1, limit);
            all.AddRange(part);
        }

        return all;
    }
}
