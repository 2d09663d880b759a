using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.Loading.Quarantine;
using Orleans.Multiplex.Tests.Storage.Cache;
using Orleans.Multiplex.Tests.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>A prepared form that ended a silo ends no other one; the original serves.</summary>
public sealed class GivenUpFormTests : CacheTest
{
    private static readonly byte[] Model = MakeModel();

    private readonly CountingPreparer _preparer = new();

    [Fact]
    public async Task Clear_AfterASiloEndedOnThePreparedForm_OpensTheOriginalAndPreparesItNoMore()
    {
        await using var silo = new TestBackend(Log, _preparer);
        using var files = await PrepareAsync(silo, "m");
        await EndWhileOpeningAsync(silo, files.Artifact);
        var quarantine = new QuarantinedModels();
        var (guard, marks) = Start(silo, quarantine);
        using var held = marks;
        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(files.Artifact, Token).AsTask());
        quarantine.Clear(ModelKey.Parse("m"));

        using (await guard.AdmitAsync(files.Artifact, Token))
        {
            Assert.Null(Assert.Single(Ended.Read(Folder, marks)).Form);
        }

        await AssertOpensTheOriginalAsync(silo, files.Artifact);
        Assert.Contains("The prepared form of model 'm' is removed (a silo ended while it was opening it); its original is opened.", Log.Messages);
        await guard.StopAsync(Token);

        // Neither does a silo that starts later, whatever it knows of the one that ended.
        await using var later = new TestBackend(preparer: _preparer);
        await AssertOpensTheOriginalAsync(later, files.Artifact);
        (await PrepareAsync(later, "other", TestModels.Affine(2, 1))).Dispose();
        await AssertOpensTheOriginalAsync(later, files.Artifact);
        Assert.Equal(2, _preparer.Calls);
    }

    [Fact]
    public async Task Admit_OtherVersionOfThatContent_IsNotRefusedAndOpensTheOriginal()
    {
        await using var silo = new TestBackend(Log, _preparer);
        using var files = await PrepareAsync(silo, "m");
        await EndWhileOpeningAsync(silo, files.Artifact);
        var (guard, marks) = Start(silo, new QuarantinedModels());
        using var held = marks;
        using var copy = await AcquireKnownAsync("copy", Model);

        (await guard.AdmitAsync(copy.Artifact, Token))!.Dispose();

        await AssertOpensTheOriginalAsync(silo, copy.Artifact);
    }

    [Fact]
    public async Task Admit_EndedASiloOfAnotherMachineAndWasCleared_OpensTheOriginal()
    {
        await using var silo = new TestBackend(Log, _preparer);
        using var files = await PrepareAsync(silo, "m");
        var quarantine = new QuarantinedModels();
        var (guard, marks) = Start(silo, quarantine);
        using var held = marks;
        var told = Entries.Make("1", isCleared: true);
        quarantine.Take(QuarantineTable.Empty.With([told with { Mark = told.Mark with { Form = silo.Backend.FindForm(files.Artifact) } }]));

        (await guard.AdmitAsync(files.Artifact, Token))!.Dispose();

        await AssertOpensTheOriginalAsync(silo, files.Artifact);
    }

    [Fact]
    public async Task Admit_AnotherFormEndedASilo_OpensThePreparedForm()
    {
        await using var silo = new TestBackend(Log, _preparer);
        using var files = await PrepareAsync(silo, "m");
        var quarantine = new QuarantinedModels();
        var (guard, marks) = Start(silo, quarantine);
        using var held = marks;
        var told = Entries.Make("1", isCleared: true);
        quarantine.Take(QuarantineTable.Empty.With([told with { Mark = told.Mark with { Form = "another" } }, Entries.Make("2", isCleared: true)]));

        (await guard.AdmitAsync(files.Artifact, Token))!.Dispose();

        using var session = await silo.Backend.OpenAsync(files.Artifact, Token);
        Assert.InRange(session.MappedBytes, Model.Length, Model.Length * 2);
    }

    private static byte[] MakeModel()
    {
        using var folder = new TemporaryFolder();

        // Not so large that it is opened in place.
        LargeModels.WriteEmbedding(folder["model.onnx"], rows: 4000, width: 64);
        return File.ReadAllBytes(folder["model.onnx"]);
    }

    private async Task<ArtifactLease> AcquireKnownAsync(string model, byte[] content)
    {
        var files = await AcquireAsync(Open(), Store.Put(model, content));
        await files.Artifact.Contents!.WhenKnown.Soon();
        return files;
    }

    private async Task<ArtifactLease> PrepareAsync(TestBackend silo, string model, byte[]? content = null)
    {
        var files = await AcquireKnownAsync(model, content ?? Model);
        using var session = await silo.Backend.OpenAsync(files.Artifact, Token);
        Run(session);
        Run(session);
        await UntilAsync(() => silo.Backend.FindForm(files.Artifact) is not null);
        return files;
    }

    private async Task EndWhileOpeningAsync(TestBackend silo, ModelArtifact artifact)
    {
        var (guard, marks) = Start(silo, new QuarantinedModels());
        using (marks)
        using (await guard.AdmitAsync(artifact, Token))
        {
            Ended.Leave(Folder, marks);
        }
    }

    private (OpeningGuard Guard, OpeningMarks Marks) Start(TestBackend silo, QuarantinedModels quarantine)
    {
        var kept = new QuarantineFolder(Folder, Log);
        var marks = new OpeningMarks(Folder, "silo-1", Time, Log);
        var guard = new OpeningGuard(
            quarantine,
            new KeptQuarantine(quarantine, kept, new QuarantineWriter(kept.Write), Log),
            marks,
            new LeftMarks(Folder, marks.Path, Log),
            Folder,
            new FakeQuarantineChannel(quarantine),
            Store.Name,
            areTried: true,
            silo.Backend,
            Time,
            Log);
        guard.Start();
        return (guard, marks);
    }

    private async Task AssertOpensTheOriginalAsync(TestBackend silo, ModelArtifact artifact)
    {
        using var session = await silo.Backend.OpenAsync(artifact, Token);
        Assert.Equal(0, session.MappedBytes);
        Run(session);
        Run(session);
        Assert.Null(silo.Backend.FindForm(artifact));
        Assert.Single(Directory.GetFiles(Folder.AllMade, "*.failed", SearchOption.AllDirectories));
    }

    private static void Run(IInferenceSession session)
    {
        var inputs = MadeUpInputs.Create(session.Signature, size: 2, withOptional: false, seed: 1)!.Value;
        Assert.NotEmpty(session.Run(new InferenceRequest(inputs), Token).Outputs);
    }

    private sealed class CountingPreparer : IModelPreparer
    {
        private readonly InProcessPreparer _preparer = new(NullLoggerFactory.Instance, TimeProvider.System);
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public long GetLimitBytes(ModelFiles original) => long.MaxValue;

        public Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return _preparer.PrepareAsync(original, folder, cancellationToken);
        }
    }
}
