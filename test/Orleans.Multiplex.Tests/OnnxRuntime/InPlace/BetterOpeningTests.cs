using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.InPlace;

/// <summary>What was opened in place is opened better, once it is asked for more than once.</summary>
public sealed class BetterOpeningTests : IDisposable
{
    private const int Width = 512;

    private readonly TemporaryFolder _machine = new();
    private readonly byte[] _model;

    public BetterOpeningTests()
    {
        LargeModels.WriteLayers(_machine["made.onnx"], Width, 2, "MatMul");
        _model = File.ReadAllBytes(_machine["made.onnx"]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_Twice_OffersThePreparedFormAndThenThePackedOne()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend();
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        var answer = Run(session);
        Assert.Null(session.Next);
        Assert.Equal(_model.Length, session.MappedBytes);

        Assert.Equal(answer, Run(session));
        await CacheTest.UntilAsync(() => session.Next is not null);
        Assert.Equal(("prepared", false), (session.Next!.Way, session.Next.IsOfSameFile));
        var told = 0;
        session.WhenReopeningPays(() => told++);
        Run(session);
        Assert.Equal(1, told);
        await session.ReopenAsync(Token);

        Assert.Equal(("packed", true), (session.Next!.Way, session.Next.IsOfSameFile));
        Assert.NotEqual(_model.Length, session.MappedBytes);
        AssertClose(answer, Run(session));
        await session.ReopenAsync(Token);

        Assert.Null(session.Next);
        AssertClose(answer, Run(session));
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.ReopenAsync(Token));
    }

    [Fact]
    public async Task Reopen_PreparedFormThatCannotBeOpened_RemovesItAndGoesOn()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend(silo.Log);
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        var answer = Run(session);
        Run(session);
        await CacheTest.UntilAsync(() => session.Next is not null);
        var path = Assert.Single(Directory.GetFiles(silo.Cache.AllMade, "model.ort", SearchOption.AllDirectories));
        await File.WriteAllBytesAsync(path, new byte[new FileInfo(path).Length], Token);

        await Assert.ThrowsAsync<ModelLoadFailedException>(() => session.ReopenAsync(Token));

        Assert.Equal(answer, Run(session));
        Assert.False(File.Exists(path));
        Assert.Contains(silo.Log.Messages, message => message.StartsWith("The prepared form of model 'm' is removed (", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_PreparedFormGoneSinceItWasOffered_IsNotOpenedAndPreparedAnewAfterAPause()
    {
        var time = new FakeTimeProvider();
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend(time: time);
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        Run(session);
        Run(session);
        await CacheTest.UntilAsync(() => session.Next is not null);
        var told = 0;
        session.WhenReopeningPays(() => told++);
        var folder = Path.GetDirectoryName(Assert.Single(Directory.GetFiles(silo.Cache.AllMade, "model.ort", SearchOption.AllDirectories)))!;
        Directory.Delete(folder, recursive: true);

        Run(session);
        Assert.Equal((0, (Reopening?)null), (told, session.Next));
        await UntilOfferedAsync(session, time);

        Assert.True(Directory.Exists(folder));
        Run(session);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Run_OnceInEachOfTwoResidencies_IsPrepared()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend();
        var artifact = silo.Put(_machine["m"], _model);
        using (var first = await OpenAsync(backend, artifact))
        {
            Run(first);
        }

        using var second = await OpenAsync(backend, artifact);
        Run(second);

        await CacheTest.UntilAsync(() => second.Next is not null);
        Assert.Equal("prepared", second.Next!.Way);
    }

    [Fact]
    public async Task Run_TwiceAndAFaultOfTheMomentIsInTheWay_IsPreparedAfterAPause()
    {
        var time = new FakeTimeProvider();
        await using var silo = new CheckingSilo(_machine);
        var preparer = new FailingPreparer { Outcome = PreparationOutcome.NotNow("the disk is full") };
        await using var backend = new TestBackend(silo.Log, preparer, silo.Check, time);
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        Run(session);
        Run(session);
        await CacheTest.UntilAsync(() => preparer.Calls == 1);
        preparer.Outcome = PreparationOutcome.Failed("it differs");

        await UntilOfferedAsync(session, time);

        Assert.Equal(("as a whole", 2), (session.Next!.Way, preparer.Calls));
    }

    [Fact]
    public async Task Run_TwiceAndItCannotBePrepared_OffersItAsAWholeOnceTheWorkerHasTriedThat()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend(preparer: new FailingPreparer(), check: silo.Check);
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        var answer = Run(session);
        Run(session);

        await CacheTest.UntilAsync(() => session.Next is not null);
        Assert.Equal(("as a whole", 0), (session.Next!.Way, session.Next.Memory.MappedBytes));
        Assert.InRange(session.Next.Memory.HeapBytes, _model.Length, _model.Length * 3);
        var whole = session.Next.Memory;
        await session.ReopenAsync(Token);

        Assert.Equal((whole.HeapBytes, 0), (session.HeapBytes, session.MappedBytes));
        AssertClose(answer, Run(session));

        // The next load has it offered too, and asks the worker no more.
        await silo.Check.WhenKept.Soon();
        await using var later = new CheckingSilo(_machine);
        await using var other = new TestBackend(preparer: new FailingPreparer(), check: later.Check);
        using var again = await OpenAsync(other, later.Put(_machine["m"], _model));
        Run(again);
        Run(again);
        await CacheTest.UntilAsync(() => again.Next is not null);
        Assert.Equal((whole, 0), (again.Next!.Memory, later.Started));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_TwiceAndPreparingItDidHarm_GoesOnAsItIs(bool isTrusted)
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend(silo.Log, new FailingPreparer { Outcome = PreparationOutcome.Failed("it differs", isHarmful: true) }, isTrusted ? null : silo.Check);
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        Run(session);
        Run(session);

        await CacheTest.UntilAsync(() => silo.Log.Messages.Contains("Model 'm' is not prepared, and goes on as it is: it differs"));
        Run(session);
        Assert.Null(session.Next);
    }

    [Fact]
    public async Task Run_TwiceBeforeItsDigestIsKnown_OffersThePreparedFormAllTheSame()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend();
        var known = new TaskCompletionSource<ImmutableDictionary<string, string>?>();
        ImmutableDictionary<string, string>? digests = null;
        var artifact = silo.Put(_machine["m"], [(CheckingSilo.ModelFile, _model)], computed =>
        {
            digests = computed;
            return known.Task;
        });
        using var session = await OpenAsync(backend, artifact);
        Run(session);
        Run(session);

        known.SetResult(digests);

        await CacheTest.UntilAsync(() => session.Next is not null);
        Assert.Equal("prepared", session.Next!.Way);
    }

    [Fact]
    public async Task Run_TwiceTrusted_OffersItAsAWholeByEstimate()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var backend = new TestBackend(preparer: new FailingPreparer());
        using var session = await OpenAsync(backend, silo.Put(_machine["m"], _model));
        Run(session);
        Run(session);

        await CacheTest.UntilAsync(() => session.Next is not null);
        Assert.Equal("as a whole", session.Next!.Way);
        Assert.InRange(session.Next.Memory.HeapBytes, _model.Length, _model.Length * 2);
    }

    [Fact]
    public async Task Open_FileThatMayChange_IsOpenedAsAWhole()
    {
        await File.WriteAllBytesAsync(_machine["model.onnx"], _model, Token);
        await using var backend = new TestBackend();
        var files = new Dictionary<string, string> { ["model.onnx"] = _machine["model.onnx"] };

        using var session = await backend.Backend.OpenAsync(new ModelArtifact("m", 1, files.ToImmutableDictionary(StringComparer.Ordinal)), Token);

        Assert.Equal(0, session.MappedBytes);
    }

    public void Dispose() => _machine.Dispose();

    private static async Task<IReopenableSession> OpenAsync(TestBackend backend, ModelArtifact artifact)
    {
        await backend.Backend.ProveAsync(artifact, Token);
        return Assert.IsType<IReopenableSession>(await backend.Backend.OpenAsync(artifact, Token), exactMatch: false);
    }

    // The model has to be asked again, and time to pass, before it is looked for again.
    private static Task UntilOfferedAsync(IReopenableSession session, FakeTimeProvider time) => CacheTest.UntilAsync(() =>
    {
        time.Advance(TimeSpan.FromMinutes(1));
        Run(session);
        return session.Next is not null;
    });

    private static float[] Run(IInferenceSession session)
    {
        var input = Tensor.Create("x", [.. Enumerable.Range(0, Width).Select(static i => (i % 7) / 7f)], 1, Width);
        return ((Tensor)session.Run(new InferenceRequest([input]), Token).Outputs[0]).AsSpan<float>().ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-4f);
        }
    }

    private sealed class FailingPreparer : IModelPreparer
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public PreparationOutcome Outcome { get; set; } = PreparationOutcome.Failed("it differs");

        public long GetLimitBytes(ModelFiles original) => long.MaxValue;

        public Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return Task.FromResult(Outcome);
        }
    }
}
