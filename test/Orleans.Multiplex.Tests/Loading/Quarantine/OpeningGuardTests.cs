using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Tests.Storage.Cache;
using Orleans.Multiplex.Tests.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Quarantine;

/// <summary>No version ends a silo twice.</summary>
public sealed class OpeningGuardTests : CacheTest
{
    private readonly QuarantinedModels _quarantine = new();
    private readonly FakeQuarantineChannel _channel;
    private readonly ModelManifest _manifest;
    private Func<QuarantineEntry, bool>? _write;

    public OpeningGuardTests()
    {
        _channel = new FakeQuarantineChannel(_quarantine);
        _manifest = Store.Put("iris", 100);
    }

    [Fact]
    public async Task Admit_HasAMarkUntilItHasEnded()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);

        var admission = await guard.AdmitAsync(lease.Artifact, Token);

        var mark = Assert.Single(Read(marks));
        Assert.Equal((Key(_manifest), "iris", 1L, "silo-1"), (mark.Key, mark.Model, mark.Version, mark.Silo));
        admission!.Dispose();
        Assert.Empty(Read(marks));
    }

    [Fact]
    public async Task Start_AfterASiloEndedWhileOpening_ItIsRefusedAndOthersAreNot()
    {
        LeaveMark(_manifest);
        var (guard, marks) = Start();
        using var silo = marks;
        var cache = Open();
        var other = Store.Put("wine", 100, seed: 1);
        using var lease = await AcquireAsync(cache, _manifest);
        using var otherLease = await AcquireAsync(cache, other);

        var early = Assert.Throws<ModelQuarantinedException>(() => guard.Check(_manifest));
        var late = await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());

        Assert.Equal(early.Message, late.Message);
        Assert.Equal(
            "silo 'silo-0' ended while it was opening version 1, at 2026-01-01 00:00:00Z. It is quarantined: no silo opens it until its files change in the store, or an operator clears it with DELETE /multiplex/quarantine/iris@1.",
            early.Message);
        Assert.Contains(Log.Entries, entry => entry.Level == LogLevel.Error && entry.Message.StartsWith("Model 'iris@1' is refused from now on: silo 'silo-0'", StringComparison.Ordinal));
        guard.Check(other);
        (await guard.AdmitAsync(otherLease.Artifact, Token))!.Dispose();
        Assert.Single(Directory.GetFiles(Folder.Loading));
    }

    [Fact]
    public void Start_SeveralWereOpen_EachSaysThatItMayHaveBeenAnother()
    {
        LeaveMark(_manifest, Store.Put("wine", 100), Store.Put("rose", 100));
        var (_, marks) = Start();
        marks.Dispose();

        Assert.Equal(3, _quarantine.FindAll().Count());
        Assert.All(_quarantine.FindAll(), entry => Assert.Contains("(and 2 other models, of which one may have been the cause)", entry.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_AgainAndAgain_HoldsUntilItIsClearedAndThenNoMore()
    {
        LeaveMark(_manifest);
        Start().Marks.Dispose();

        var later = new QuarantinedModels();
        var (guard, marks) = Start(later);
        Assert.Throws<ModelQuarantinedException>(() => guard.Check(_manifest));
        Assert.Contains(Log.Messages, message => message.StartsWith("Model 'iris@1' is still refused: silo 'silo-0'", StringComparison.Ordinal));
        later.Clear(ModelKey.Parse("iris"));
        guard.Check(_manifest);
        marks.Dispose();
        await guard.StopAsync(Token);
        Assert.Contains(Log.Entries, entry => entry.Level == LogLevel.Information && entry.Message.StartsWith("The quarantine of model 'iris@1' is cleared", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(Folder.Quarantine, "*.json"));

        var last = new QuarantinedModels();
        Start(last).Marks.Dispose();
        Assert.True(last.IsEmpty);
    }

    [Fact]
    public async Task Admit_NeverOpenedHere_SeesWhatASiloLeftThatEndedAfterThisOneStarted()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        LeaveMark(_manifest);

        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());
    }

    [Fact]
    public async Task Admit_RunHereBefore_LooksOnlyWhenASiloHasComeOrGone()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        (await guard.AdmitRunAsync(lease.Artifact, Token))!.Dispose();
        LeaveMark(_manifest);
        (await guard.AdmitAsync(lease.Artifact, Token))!.Dispose();

        _channel.ClusterVersion++;

        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());
    }

    [Fact]
    public async Task Admit_FoundByAnotherSiloOfTheMachine_IsRefusedBeforeThatHasToldIt()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        LeaveMark(_manifest);
        Start(new QuarantinedModels()).Marks.Dispose();

        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());
    }

    [Fact]
    public async Task Admit_First_AsksTheOthersWhatTheyKnow()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        _channel.Answer = () => [QuarantineTable.Empty.With([Entries.Make("1", Key(_manifest))])];

        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());
        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());

        Assert.Equal(1, _channel.Asked);
    }

    [Fact]
    public async Task Admit_OthersCannotBeAsked_OpensAllTheSame()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        _channel.Answer = () => throw new InvalidOperationException("gone");

        (await guard.AdmitAsync(lease.Artifact, Token))!.Dispose();
    }

    [Fact]
    public async Task Admit_NeverOpenedAndNotTried_IsAnnouncedBeforeAndTakenBackAfter()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        var withdrawn = 0;
        _quarantine.Withdrawn += () => withdrawn++;

        var admission = await guard.AdmitAsync(lease.Artifact, Token);
        Assert.Equal(Read(marks), Assert.Single(_channel.Told));
        Assert.Equal(_channel.Told[0], _quarantine.Openings);
        admission!.Dispose();
        admission.Dispose();

        Assert.Empty(_quarantine.Openings);
        Assert.Equal(1, withdrawn);
    }

    [Fact]
    public async Task Admit_EndedWhileItIsAnnounced_LeavesNothingAndWasNotOpened()
    {
        var (guard, marks) = Start();
        using var silo = marks;
        using var lease = await AcquireAsync(Open(), _manifest);
        _channel.Announcing = _ => throw new OperationCanceledException();

        await Assert.ThrowsAsync<OperationCanceledException>(() => guard.AdmitAsync(lease.Artifact, Token).AsTask());

        Assert.Empty(Read(marks));
        Assert.Empty(_quarantine.Openings);
        Assert.False(File.Exists(Folder.Run(Key(_manifest))));
    }

    [Fact]
    public void Check_FilesWereReplaced_IsLetInAndTheEntryIsForgottenAfterSomeTime()
    {
        LeaveMark(_manifest);
        var (guard, marks) = Start();
        using var silo = marks;
        var replaced = Store.Put("iris", 200);

        guard.Check(replaced);
        Assert.Throws<ModelQuarantinedException>(() => guard.Check(_manifest));
        Time.Advance(TimeSpan.FromDays(8));
        guard.Check(replaced);

        Assert.True(_quarantine.IsEmpty);
    }

    [Fact]
    public async Task Add_DiskHangs_HoldsUpNobodyAndIsWrittenBeforeTheSiloHasStopped()
    {
        using var disk = new ManualResetEventSlim();
        var folder = new QuarantineFolder(Folder, Log);
        _write = entry =>
        {
            disk.Wait(Token);
            return folder.Write(entry);
        };
        var (guard, marks) = Start();
        using var silo = marks;

        await Task.Run(() => _quarantine.Add([Entries.Make("1", Key(_manifest))]), Token).Soon();

        Assert.Throws<ModelQuarantinedException>(() => guard.Check(_manifest));
        var stopping = guard.StopAsync(Token);
        Assert.False(stopping.IsCompleted);
        Assert.Empty(folder.Read());
        disk.Set();
        await stopping.Soon();
        Assert.Single(folder.Read());
    }

    [Fact]
    public void Start_AfterASiloEndedWhileOpening_IsKeptBeforeTheMarksAreRemoved()
    {
        LeaveMark(_manifest);
        var marksThen = 0;
        _write = _ => (marksThen = Directory.GetFiles(Folder.Loading).Length) > 0;

        var (_, marks) = Start();

        Assert.Equal((2, 1), (marksThen, Directory.GetFiles(Folder.Loading).Length));
        marks.Dispose();
    }

    [Fact]
    public void Start_AfterASiloEndedWhileOpening_CannotBeKept_IsRefusedAndLeavesTheMarksToTheNext()
    {
        LeaveMark(_manifest);
        _write = static _ => false;
        var (guard, marks) = Start();

        Assert.Throws<ModelQuarantinedException>(() => guard.Check(_manifest));
        Assert.Equal(2, Directory.GetFiles(Folder.Loading).Length);
        marks.Dispose();

        _write = null;
        var (next, other) = Start(new QuarantinedModels());
        using var silo = other;
        Assert.Throws<ModelQuarantinedException>(() => next.Check(_manifest));
        Assert.Single(Directory.GetFiles(Folder.Quarantine, "*.json"));
    }

    private (OpeningGuard Guard, OpeningMarks Marks) Start(QuarantinedModels? quarantine = null)
    {
        quarantine ??= _quarantine;
        var kept = new QuarantineFolder(Folder, Log);
        var marks = new OpeningMarks(Folder, "silo-1", Time, Log);
        var guard = new OpeningGuard(
            quarantine,
            new KeptQuarantine(quarantine, kept, new QuarantineWriter(_write ?? kept.Write), Log),
            marks,
            new LeftMarks(Folder, marks.Path, Log),
            Folder,
            _channel,
            Store.Name,
            areTried: false,
            forms: null,
            Time,
            Log);
        AtEnd(() => guard.StopAsync(CancellationToken.None));
        guard.Start();
        return (guard, marks);
    }

    private string Key(ModelManifest manifest) => VersionKey.Of(Store.Name, manifest);

    private List<OpeningMark> Read(OpeningMarks marks) => Ended.Read(Folder, marks);

    private void LeaveMark(params ModelManifest[] manifests)
    {
        using var marks = new OpeningMarks(Folder, "silo-0", Time, Log);
        var held = manifests.Select(manifest => marks.Set(Key(manifest), manifest.Id, manifest.Version)).ToList();
        Ended.Leave(Folder, marks);
        held.ForEach(static one => one.Dispose());
    }
}
