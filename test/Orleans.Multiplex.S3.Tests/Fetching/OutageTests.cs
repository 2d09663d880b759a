using Amazon.Runtime;
using Orleans.Multiplex.S3.Fetching;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Fetching;

/// <summary>What happens when the server is frozen, killed, refuses, or is not there.</summary>
public sealed class OutageTests(Bucket bucket) : StoreTest(bucket)
{
    private const int Length = 64 << 20;

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Fetch_ServerFrozenMidBody_GoesOnWhereItBrokeOff()
    {
        var server = await _bucket.Server;
        var (store, manifest, bytes) = await PutAsync(static options => options.IdleTimeout = TimeSpan.FromSeconds(2));
        var target = new MemoryTarget(Length) { Then = (Length / 10, server.PauseAsync) };

        var fetching = store.FetchAsync(manifest, manifest.Files[0], target, Token).AsTask();
        await Log.WhenWarnedAsync("File 'model.onnx' of model 'iris@1' broke off at byte ");
        await server.ResumeAsync();
        await fetching;

        Assert.Equal(bytes, target.Bytes);
        Assert.Contains(Log.Warnings, static line => line.Contains("sent nothing for 2 s (Multiplex:S3:IdleTimeout)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_ServerKilledMidBodyAndBack_GoesOnWhereItBrokeOff()
    {
        var server = await _bucket.Server;
        var (store, manifest, bytes) = await PutAsync();
        var target = new MemoryTarget(Length) { Then = (Length / 10, server.KillAsync) };

        var fetching = store.FetchAsync(manifest, manifest.Files[0], target, Token).AsTask();
        await Log.WhenWarnedAsync("File 'model.onnx' of model 'iris@1' broke off at byte ");
        await server.RestartAsync();
        await fetching;

        Assert.Equal(bytes, target.Bytes);
    }

    [Fact]
    public async Task Fetch_ServerKilledForGood_IsUnavailableAfterABoundedNumberOfTries()
    {
        var server = await _bucket.Server;
        var (store, manifest, _) = await PutAsync(static options => options.MaxParallel = 1);
        var target = new MemoryTarget(Length) { Then = (Length / 10, server.KillAsync) };
        try
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.FetchAsync(manifest, manifest.Files[0], target, Token));

            Assert.Equal($"{server.Address.GetLeftPart(UriPartial.Authority)} cannot be reached (ConnectionError).", error.Reason);
            Assert.Equal(("iris@1", TimeSpan.FromSeconds(1)), (error.ModelId, error.RetryAfter));
            Assert.Equal(5, Log.Warnings.Count(static line => line.Contains("broke off", StringComparison.Ordinal)));
        }
        finally
        {
            await server.RestartAsync();
        }
    }

    [Fact]
    public async Task Fetch_BodyThatBreaksOffAgainAndAgain_GoesOnAsLongAsBytesCome()
    {
        var (store, manifest, bytes) = await PutAsync();
        await using var proxy = new Proxy((await _bucket.Server).Address) { CutAfter = Length / 10 };
        store = await MakeAsync(configure: options =>
        {
            options.ServiceUrl = proxy.Address;
            options.PartSize = new ByteSize(Length);
        });
        var target = new MemoryTarget(Length);

        await store.FetchAsync(manifest, manifest.Files[0], target, Token);

        Assert.Equal(bytes, target.Bytes);
        Assert.InRange(proxy.Cuts, FileFetch.MaxTries + 1, 20);
        Assert.Equal(proxy.Cuts, Log.Warnings.Count(static line => line.EndsWith("It goes on there in 200 ms (try 2 of 6 in a row of this part).", StringComparison.Ordinal)));
    }

    /// <summary>A request that is given up goes on in the client for a while, and counts until then.</summary>
    [Fact]
    public async Task Fetch_ServerThatNeverAnswers_HasNoMoreConnectionsThanItMay()
    {
        await using var server = new DeafServer();
        var store = await MakeAsync(configure: options =>
        {
            options.ServiceUrl = server.Address;
            options.MaxConnections = 1;
            options.IdleTimeout = TimeSpan.FromSeconds(0.2);
        });
        var file = new ModelFile("model.onnx", 1000, "\"tag\"");
        var manifest = new ModelManifest("iris", 1, [1], [file], "tag");
        using var end = new CancellationTokenSource();

        var fetching = Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await store.FetchAsync(manifest, file, new MemoryTarget(1000), end.Token)));
        await Log.WhenWarnedAsync("File 'model.onnx' of model 'iris@1' broke off at byte 0: the server sent nothing for 0.2 s (Multiplex:S3:IdleTimeout). It goes on there in 400 ms");
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        Assert.Equal(1, server.Most);
    }

    [Fact]
    public async Task Find_ServerFrozen_IsUnavailableAndIsFoundWhenItGoesOn()
    {
        var server = await _bucket.Server;
        var (store, _, _) = await PutAsync(static options => options.IdleTimeout = TimeSpan.FromSeconds(0.5));
        await server.PauseAsync();
        try
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync(store, "iris"));
            Assert.Contains("sent nothing for 0.5 s", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync(store, "iris"));
        }
        finally
        {
            await server.ResumeAsync();
        }

        Assert.NotNull(await FindAsync(store, "iris"));
        Assert.Equal([1250, 1250, 1251], Log.Entries.Where(static entry => entry.Id.Id is 1250 or 1251).Select(static entry => entry.Id.Id));
        Assert.Single(Log.Warnings);
    }

    [Fact]
    public async Task Find_CallerOutOfTime_EndsThen()
    {
        var server = await _bucket.Server;
        var store = await MakeAsync();
        await server.PauseAsync();
        try
        {
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(0.3), TimeProvider.System);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.FindAsync(ModelKey.Parse("iris"), Onnx, end.Token));
        }
        finally
        {
            await server.ResumeAsync();
        }
    }

    [Fact]
    public async Task Find_NobodyThere_IsUnavailableWithTheServerNamed()
    {
        var store = await MakeAsync(configure: static options => options.ServiceUrl = new Uri("http://127.0.0.1:1"));

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync(store, "iris"));
        Assert.Equal("http://127.0.0.1:1 cannot be reached (ConnectionError).", error.Reason);
        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ListAsync(null, 1, Onnx, Token));
    }

    [Theory]
    [InlineData(true, "InvalidAccessKeyId")]
    [InlineData(false, "SignatureDoesNotMatch")]
    public async Task Find_WrongCredentials_IsUnavailableWithoutThem(bool isKeyWrong, string code)
    {
        await _bucket.PutAsync(Name, "iris/model.onnx");
        var store = await MakeAsync(credentials: new BasicAWSCredentials(isKeyWrong ? "hiddenkey" : S3Server.AccessKey, "hiddensecret"));

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync(store, "iris"));

        var server = (await _bucket.Server).Address.GetLeftPart(UriPartial.Authority);
        Assert.Equal($"{server} refuses (403 {code}).", error.Reason);
        Assert.Equal(TimeSpan.FromSeconds(5), error.RetryAfter);
        Assert.All(Log.Entries, static entry => Assert.DoesNotContain("hidden", entry.Message, StringComparison.Ordinal));
        Assert.Equal($"The store 's3://{Name}' is unavailable: {server} refuses (403 {code}).", Assert.Single(Log.Warnings));
    }

    [Fact]
    public async Task Find_Anonymous_IsRefused()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx");
        var store = await MakeAsync(credentials: new AnonymousAWSCredentials());

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync(store, "iris"));

        Assert.Contains("refuses (403 AccessDenied)", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_NoSuchBucket_IsNotFoundAndSaysSo()
    {
        var store = await MakeAsync(name: "nowhere");

        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => FindAsync(store, "iris"));

        Assert.Contains("has no such bucket as Multiplex:Models names", error.Message, StringComparison.Ordinal);
        Assert.Contains((await _bucket.Server).Address.Authority, error.Message, StringComparison.Ordinal);
        Assert.Equal("iris", error.ModelId);
        Assert.StartsWith("The store 's3://nowhere' is unavailable", Assert.Single(Log.Warnings), StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ListAsync(null, 1, Onnx, Token));
    }

    private async Task<(S3ModelStore Store, ModelManifest Manifest, byte[] Bytes)> PutAsync(Action<S3Options>? configure = null)
    {
        var bytes = RandomBytes(Length);
        await _bucket.PutAsync(Name, "iris/model.onnx", bytes);
        var store = await MakeAsync(configure: configure);
        return (store, (await FindAsync(store, "iris"))!, bytes);
    }
}
