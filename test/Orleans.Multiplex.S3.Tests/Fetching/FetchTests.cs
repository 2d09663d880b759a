using Orleans.Multiplex.S3.Fetching;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Fetching;

public sealed class FetchTests(Bucket bucket) : StoreTest(bucket)
{
    private const int Part = 64 << 10;

    private readonly Bucket _bucket = bucket;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(100, 100)]
    [InlineData(100, 1000)]
    [InlineData(100, 30)]
    [InlineData(100, 99)]
    public void Split_Parts_AreTheFile(long length, long size)
    {
        var parts = FilePart.Split(length, size).ToList();

        Assert.Equal((0, length), (parts[0].Start, parts[^1].End));
        Assert.All(parts.Zip(parts.Skip(1)), static pair => Assert.Equal(pair.First.End, pair.Second.Start));
        Assert.All(parts, part => Assert.InRange(part.End - part.Start, length == 0 ? 0 : 1, size));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData((20 * Part) - 1)]
    public async Task Fetch_FileOfAnySize_ComesWholeAndEachByteOnce(int length)
    {
        var bytes = RandomBytes(length);
        await _bucket.PutAsync(Name, "a/b/iris/3/model.onnx", bytes);

        Assert.Equal(bytes, await FetchAsync(await MakeAsync("a", Small), "b/iris"));
    }

    /// <summary>The ETag of what was put in parts is no digest, and ends in their number.</summary>
    [Fact]
    public async Task Fetch_FileThatWasPutInParts_ComesWholeAndEachByteOnce()
    {
        var bytes = RandomBytes(12 << 20);
        await _bucket.PutInPartsAsync(Name, "iris/model.onnx", bytes);
        var store = await MakeAsync();

        Assert.EndsWith("-3\"", (await FindAsync(store, "iris"))!.Files[0].Tag, StringComparison.Ordinal);
        Assert.Equal(bytes, await FetchAsync(store, "iris"));
        Assert.Equal(bytes, await FetchAsync(await MakeAsync(configure: Small), "iris"));
    }

    [Fact]
    public async Task Fetch_VersionOne_ComesFromWhereItWasFound()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", [1]);
        await _bucket.PutAsync(Name, "iris/2/model.onnx", [2]);
        var store = await MakeAsync();
        Assert.Equal([1], await FetchAsync(store, "iris@1"));
        Assert.Equal([2], await FetchAsync(store, "iris"));

        await _bucket.PutAsync(Name, "iris/1/model.onnx", [11]);

        Assert.Equal([11], await FetchAsync(store, "iris@1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(10 * Part)]
    public async Task Fetch_FileReplacedOrRemovedSinceItWasFound_HasChanged(int length)
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(length));
        var store = await MakeAsync(configure: Small);
        var manifest = await FindAsync(store, "iris");

        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(length == 0 ? 1 : length, seed: 2));
        var error = await Assert.ThrowsAsync<ModelChangedException>(Fetch);
        Assert.Equal("iris@1", error.Model);

        await _bucket.DeleteAsync(Name, "iris/model.onnx");
        await Assert.ThrowsAsync<ModelChangedException>(Fetch);

        async Task Fetch() => await store.FetchAsync(manifest!, manifest!.Files[0], new MemoryTarget(length), Token);
    }

    /// <summary>An object replaced while it comes: each byte that came is one of the first object, and the fetch says that there is another one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_FileReplacedWhileItComes_IsNeverAMix(bool isInParts)
    {
        var (first, second) = (RandomBytes(200 * Part), RandomBytes(200 * Part, seed: 2));
        await PutAsync(first);
        var store = await MakeAsync(configure: Small);
        var manifest = await FindAsync(store, "iris");
        var target = new CheckingTarget(first) { Then = (20 * Part, () => PutAsync(second)) };

        await Assert.ThrowsAsync<ModelChangedException>(async () => await store.FetchAsync(manifest!, manifest!.Files[0], target, Token));

        Assert.InRange(target.Count, 20 * Part, 199 * Part);
        Assert.Equal(second, await FetchAsync(store, "iris"));

        Task PutAsync(byte[] content) => isInParts
            ? _bucket.PutInPartsAsync(Name, "iris/model.onnx", content)
            : _bucket.PutAsync(Name, "iris/model.onnx", content);
    }

    [Fact]
    public async Task Fetch_TargetThatIsFull_IsItsOwnErrorAndEndsTheFetch()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(100 * Part));
        var store = await MakeAsync(configure: Small);
        var manifest = await FindAsync(store, "iris");
        var full = new IOException("No space left on device");
        var target = new MemoryTarget(100 * Part) { Then = (3 * Part, () => throw full) };

        Assert.Same(full, await Assert.ThrowsAsync<IOException>(async () => await store.FetchAsync(manifest!, manifest!.Files[0], target, Token)));

        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task Fetch_CallerThatEnds_EndsItAtOnce()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(100 * Part));
        var store = await MakeAsync(configure: Small);
        var manifest = await FindAsync(store, "iris");
        using var end = new CancellationTokenSource();
        var target = new MemoryTarget(100 * Part) { Then = (3 * Part, end.CancelAsync) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.FetchAsync(manifest!, manifest!.Files[0], target, end.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.FindAsync(ModelKey.Parse("iris"), Onnx, end.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ListAsync(null, 1, Onnx, end.Token));

        Assert.Empty(Log.Warnings);
    }

    /// <summary>Fetches that end in the midst of what they do, over and over: no connection is left behind with half an answer on it.</summary>
    [Fact]
    public async Task Fetch_ThatIsEndedAnywhere_LeavesTheConnectionsSound()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(20 * Part));
        var store = await MakeAsync(configure: static options =>
        {
            Small(options);
            options.IdleTimeout = TimeSpan.FromSeconds(5);
        });
        var manifest = (await FindAsync(store, "iris"))!;
        var changed = manifest.Files[0] with { Tag = "\"other\"" };
        for (var i = 0; i < 100; i++)
        {
            await Assert.ThrowsAsync<ModelChangedException>(async () => await store.FetchAsync(manifest, changed, new MemoryTarget(20 * Part), Token));
            Assert.Equal(manifest.Tag, (await FindAsync(store, "iris"))!.Tag);
            var full = new MemoryTarget(20 * Part) { Then = (i * Part / 8, static () => throw new IOException()) };
            await Assert.ThrowsAsync<IOException>(async () => await store.FetchAsync(manifest, manifest.Files[0], full, Token));
            Assert.Equal(manifest.Tag, (await FindAsync(store, "iris"))!.Tag);
        }

        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task Fetch_SeveralFilesAtOnce_ShareTheConnectionsOfTheSilo()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(30 * Part));
        var store = await MakeAsync(configure: static options =>
        {
            Small(options);
            options.MaxConnections = 3;
        });
        var manifest = await FindAsync(store, "iris");
        var (now, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await store.FetchAsync(
            manifest!, manifest!.Files[0], new MemoryTarget(30 * Part) { Each = BeCountedAsync }, Token)));

        Assert.Equal(3, most);

        async Task BeCountedAsync()
        {
            var count = Interlocked.Increment(ref now);
            for (var seen = most; count > seen; seen = Interlocked.CompareExchange(ref most, count, seen))
            {
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            Interlocked.Decrement(ref now);
        }
    }

    [Fact]
    public async Task Fetch_LargeFile_TakesLittleMemory()
    {
        const int Length = 128 << 20;
        await _bucket.PutAsync(Name, "iris/model.onnx", RandomBytes(Length));
        var store = await MakeAsync();
        var manifest = await FindAsync(store, "iris");
        await FetchIntoNothingAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await FetchIntoNothingAsync();

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16 << 20);

        ValueTask FetchIntoNothingAsync() => store.FetchAsync(manifest!, manifest!.Files[0], new CheckingTarget(null), Token);
    }

    private static void Small(S3Options options) => options.PartSize = new ByteSize(Part);
}
