using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>Models of the cache, prepared when they are asked for more than once, and opened so from then on.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class PreparedModelsTests : CacheTest
{
    private static readonly byte[] Large = MakeLarge();

    [Fact]
    public async Task Open_AfterTheSecondRun_OpensThePreparedFormForAllOfTheMachine()
    {
        var manifest = Store.Put("m", Large);
        var cache = Open();
        await using var silo = new TestBackend(Log);
        using (var original = await OpenAsync(silo, cache, manifest))
        {
            Assert.Equal(0, original.MappedBytes);
            Run(original);
            Assert.Empty(Prepared());
            Run(original);
            await UntilAsync(() => Prepared().Length == 1);
        }

        await AssertPreparedAsync(silo, cache, manifest);
        await using var other = new TestBackend();
        await AssertPreparedAsync(other, Open(), manifest);
        await UntilAsync(() => Log.Messages.Any(message => message.StartsWith("Prepared model 'm' (Mapped, ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Open_CopyOfAPreparedModel_OpensThePreparedForm()
    {
        var manifest = Store.Put("m", Large);
        var cache = Open();
        await using var silo = new TestBackend();
        await PrepareAsync(silo, cache, manifest);

        await AssertPreparedAsync(silo, cache, Store.Put("copy", Large));
    }

    [Fact]
    public async Task Open_FlippedBitInThePreparedFile_OpensTheOriginalAndRemovesIt()
    {
        var manifest = Store.Put("m", Large);
        await using (var first = new TestBackend())
        {
            await PrepareAsync(first, Open(), manifest);
        }

        FlipBit(Assert.Single(Directory.GetFiles(Folder.AllMade, "model.ort", SearchOption.AllDirectories)));
        await using var silo = new TestBackend(Log);

        using var session = await OpenAsync(silo, Open(), manifest);

        Assert.Equal(0, session.MappedBytes);
        Run(session);
        Assert.Contains("The prepared form of model 'm' is removed (its content is not what was written); its original is opened.", Log.Messages);
        Assert.Empty(Prepared());
    }

    [Fact]
    public async Task Open_PreparedFileThatCannotBeOpened_OpensTheOriginalAndRemovesIt()
    {
        var manifest = Store.Put("m", Large);
        var cache = Open();
        await using var silo = new TestBackend(Log);
        await PrepareAsync(silo, cache, manifest);
        var path = Assert.Single(Directory.GetFiles(Folder.AllMade, "model.ort", SearchOption.AllDirectories));
        await File.WriteAllBytesAsync(path, new byte[new FileInfo(path).Length], Token);

        using var session = await OpenAsync(silo, cache, manifest);

        Assert.Equal(0, session.MappedBytes);
        Run(session);
        Assert.Empty(Prepared());
    }

    [Fact]
    public async Task Open_WholePreparedFormThatCannotBeOpened_StaysAndIsTriedSomeTimesByThisProcess()
    {
        var manifest = Store.Put("m", Large);
        var cache = Open();
        await using (var first = new TestBackend())
        {
            await PrepareAsync(first, cache, manifest);
        }

        var path = Assert.Single(Directory.GetFiles(Folder.AllMade, "model.ort", SearchOption.AllDirectories));
        var folder = Path.GetDirectoryName(path)!;
        Assert.True(PreparedModel.TryRead(folder, out var model));
        var zeros = new byte[model.ContentBytes];
        await File.WriteAllBytesAsync(path, zeros, Token);
        (model with { ContentDigest = Convert.ToHexStringLower(SHA256.HashData(zeros)) }).Write(folder);
        await using var silo = new TestBackend(Log);

        for (var i = 0; i < 5; i++)
        {
            using var session = await OpenAsync(silo, cache, manifest);
            Run(session);
        }

        Assert.True(File.Exists(path));
        Assert.Equal(3, Log.Messages.Count(static message => message.StartsWith("The prepared form of model 'm' cannot be opened now (", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_ModelThatCannotBePrepared_IsTriedOnce()
    {
        var preparer = new FailingPreparer();
        var manifest = Store.Put("m", Large);
        await using (var silo = new TestBackend(Log, preparer))
        {
            await WantAsync(silo, Open(), manifest);
            await UntilAsync(() => Log.Messages.Contains("Model 'm' is not prepared, and goes on as it is: it differs"));
            await WantAsync(silo, Open(), manifest);
        }

        await using (var restarted = new TestBackend(Log, preparer))
        {
            await WantAsync(restarted, Open(), manifest);
            var other = Store.Put("other", TestModels.Affine(2, 1));
            await WantAsync(restarted, Open(), other);
            await UntilAsync(() => Log.Messages.Contains("Model 'other' is not prepared, and goes on as it is: it differs"));
        }

        Assert.Equal(2, preparer.Calls);
    }

    [Fact]
    public async Task Run_PreparationPutOff_IsNoNewsAndTriedAgainByItself()
    {
        var preparer = new FailingPreparer { IsPutOff = true };
        var time = new FakeTimeProvider();
        await using var silo = new TestBackend(Log, preparer, time: time);
        await WantAsync(silo, Open(), Store.Put("m", Large));

        await UntilAsync(() => Log.Messages.Contains("The preparation of model 'm' is put off: it differs"));
        Assert.Equal(1, preparer.Calls);
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return preparer.Calls >= 3;
        });

        Assert.DoesNotContain(Log.Messages, message => message.Contains("is not prepared", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prepare_NoRoomInTheCache_LeavesTheOriginal()
    {
        var manifest = Store.Put("m", Large);
        await using var silo = new TestBackend(Log);
        var cache = Open(maxBytes: Large.Length + 1000);

        await WantAsync(silo, cache, manifest);

        await UntilAsync(() => Log.Messages.Contains("Model 'm' is not prepared, and goes on as it is: the cache has no room for it (Multiplex:Cache:MaxBytes)"));
        Assert.Empty(Prepared());
    }

    [Fact]
    public async Task Inspect_PreparedModel_SaysWhatThatTakes()
    {
        var manifest = Store.Put("m", Large);
        var cache = Open();
        await using var silo = new TestBackend();
        using var files = await AcquireAsync(cache, manifest);
        var before = await silo.Backend.InspectAsync(files.Artifact, Token);
        await PrepareAsync(silo, cache, manifest);
        using var known = await AcquireAsync(cache, manifest);

        var after = await silo.Backend.InspectAsync(known.Artifact, Token);

        Assert.InRange(before.EstimatedBytes, Large.Length, Large.Length * 2);
        Assert.Equal(0, before.MappedBytes);
        Assert.InRange(after.EstimatedBytes, 0, Large.Length / 2);
        Assert.InRange(after.MappedBytes, Large.Length, Large.Length * 2);
        Assert.Equal(before.Signature.Inputs.Single().Name, after.Signature.Inputs.Single().Name);
    }

    private static byte[] MakeLarge()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        // Not so large that it is opened in place.
        LargeModels.WriteEmbedding(path, rows: 4000, width: 64);
        return File.ReadAllBytes(path);
    }

    private static async Task<IInferenceSession> OpenAsync(TestBackend silo, ArtifactCache cache, ModelManifest manifest)
    {
        using var files = await AcquireAsync(cache, manifest);
        await files.Artifact.Contents!.WhenKnown.Soon();
        return await silo.Backend.OpenAsync(files.Artifact, Token);
    }

    private static async Task WantAsync(TestBackend silo, ArtifactCache cache, ModelManifest manifest)
    {
        using var session = await OpenAsync(silo, cache, manifest);
        Run(session);
        Run(session);
    }

    private async Task PrepareAsync(TestBackend silo, ArtifactCache cache, ModelManifest manifest)
    {
        await WantAsync(silo, cache, manifest);
        await UntilAsync(() => Prepared().Length == 1);
    }

    private static async Task AssertPreparedAsync(TestBackend silo, ArtifactCache cache, ModelManifest manifest)
    {
        using var session = await OpenAsync(silo, cache, manifest);
        Assert.InRange(session.MappedBytes, Large.Length, Large.Length * 2);
        Run(session);
    }

    private static void Run(IInferenceSession session)
    {
        var inputs = MadeUpInputs.Create(session.Signature, size: 2, withOptional: false, seed: 1)!.Value;
        Assert.NotEmpty(session.Run(new InferenceRequest(inputs), Token).Outputs);
    }

    private string[] Prepared() => Directory.GetFiles(Folder.AllMade, "prepared", SearchOption.AllDirectories)
        .Where(path => !path.Contains(".tmp", StringComparison.Ordinal)).ToArray();

    private static void FlipBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private sealed class FailingPreparer : IModelPreparer
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public bool IsPutOff { get; init; }

        public long GetLimitBytes(ModelFiles original) => long.MaxValue;

        public Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return Task.FromResult(new PreparationOutcome(null, "it differs", IsFinal: !IsPutOff, IsPutOff));
        }
    }
}
