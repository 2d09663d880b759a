using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

/// <summary>A store that is slow, deaf or blocks, asked for others.</summary>
public sealed class StoreInquiryTests : IDisposable
{
    private readonly WatchedTime _time = new();
    private readonly FakeStore _store = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ArtifactCache _cache;
    private readonly StoreInquiry _inquiry;

    public StoreInquiryTests()
    {
        _cache = new ArtifactCache(_store, CacheFolder.Open(_folder.Path), maxBytes: 1 << 30, _time, NullLogger.Instance);
        _inquiry = new StoreInquiry(new ModelCatalog(_store, _cache, new NoBackend()), _time);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task List_StoreBlocks_HoldsUpNoCallerAndAFewThreadsAtMost()
    {
        using var open = new ManualResetEventSlim();
        using var entered = new SemaphoreSlim(0);
        var running = 0;
        _store.List = _ =>
        {
            Interlocked.Increment(ref running);
            entered.Release();
            open.Wait(CancellationToken.None);
            return new([]);
        };

        var lists = Enumerable.Range(0, 10).Select(_ => _inquiry.ListAsync(null, 10)).ToList();
        for (var i = 0; i < StoreInquiry.MaxLists; i++)
        {
            Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        // What says of one model what there is has turns of its own.
        _store.Find = static _ => new((ModelManifest?)null);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => _inquiry.DescribeAsync(ModelKey.Parse("m")).Soon());
        _time.Advance(StoreInquiry.Patience);
        foreach (var list in lists)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => list.Soon());
        }

        Assert.Equal(StoreInquiry.MaxLists, running);
        open.Set();
        _store.List = static _ => new([new ModelListing("m", [1])]);
        Assert.Single((await _inquiry.ListAsync(null, 10).Soon())!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_StoreNeverAnswers_IsGivenUpWithItsToken(bool isList)
    {
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.List = token => Never<ImmutableArray<ModelListing>>(token);
        _store.Find = token => Never<ModelManifest?>(token);
        Task asking = isList ? _inquiry.ListAsync(null, 10) : _inquiry.DescribeAsync(ModelKey.Parse("m"));
        var token = await asked.Task.Soon();
        Assert.False(token.IsCancellationRequested);

        _time.Advance(StoreInquiry.Patience);

        Assert.Contains("10 s", (await Assert.ThrowsAsync<StoreUnavailableException>(() => asking.Soon())).Message, StringComparison.Ordinal);
        Assert.True(token.IsCancellationRequested);

        ValueTask<T> Never<T>(CancellationToken token)
        {
            asked.TrySetResult(token);
            return new(new TaskCompletionSource<T>().Task);
        }
    }

    [Fact]
    public async Task Find_ModelOfTheStore_HasItsVersionsWithoutItsFile()
    {
        _store.Find = static _ => new(FakeStore.Manifest("m", 2) with { Versions = [1, 2] });
        var isFetched = false;
        _store.Fetch = (_, _) => Task.FromResult(isFetched = true);

        var found = await _inquiry.FindAsync(ModelKey.Parse("m@2")).Soon();

        Assert.Equal("m", found!.Id);
        Assert.Equal([1, 2], found.Versions);
        Assert.False(isFetched);
    }

    [Fact]
    public async Task Find_StoreFailsInItsOwnWay_IsAnErrorThatCrossesSilos()
    {
        _store.Find = static _ => throw new InvalidOperationException("odd");

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => _inquiry.FindAsync(ModelKey.Parse("m")).Soon());

        Assert.Contains("InvalidOperationException: odd", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NoStore_IsNull()
    {
        var inquiry = new StoreInquiry(null, _time);

        Assert.Null(await inquiry.ListAsync(null, 10));
        Assert.Null(await inquiry.FindAsync(ModelKey.Parse("m")));
        Assert.Null(await inquiry.DescribeAsync(ModelKey.Parse("m")));
    }

    private sealed class NoBackend : IInferenceBackend
    {
        public string ModelFileName => "model.onnx";

        public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
