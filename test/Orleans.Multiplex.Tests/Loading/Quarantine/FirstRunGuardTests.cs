using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Tests.Storage.Cache;
using Orleans.Multiplex.Tests.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Quarantine;

/// <summary>A version that was not tried elsewhere may do harm in its first run too, and does not do it twice.</summary>
public sealed class FirstRunGuardTests : CacheTest
{
    private readonly QuarantinedModels _quarantine = new();
    private readonly FakeQuarantineChannel _channel;
    private readonly ModelManifest _manifest;
    private OpeningMarks? _marks;

    public FirstRunGuardTests()
    {
        _channel = new FakeQuarantineChannel(_quarantine);
        _manifest = Store.Put("iris", 100);
    }

    [Fact]
    public async Task AdmitRun_HasAMarkUntilTheRunHasEnded()
    {
        var guard = Start(areTried: false);
        using var silo = _marks;
        using var lease = await AcquireAsync(Open(), _manifest);

        var admission = await guard.AdmitRunAsync(lease.Artifact, Token);

        Assert.True(Assert.Single(Ended.Read(Folder, silo!)).IsRun);
        admission!.Dispose();
        Assert.Empty(Ended.Read(Folder, silo!));
    }

    [Fact]
    public async Task Start_AfterASiloEndedInAFirstRun_SaysSo()
    {
        Start(areTried: false);
        var held = _marks!.Set(VersionKey.Of(Store.Name, _manifest), "iris", 1, isRun: true);
        Ended.Leave(Folder, _marks);
        held.Dispose();
        _marks.Dispose();

        var guard = Start(areTried: false);
        using var silo = _marks;

        var error = Assert.Throws<ModelQuarantinedException>(() => guard.Check(_manifest));
        Assert.StartsWith("silo 'silo-1' ended while it ran version 1 for the first time, at ", error.Message, StringComparison.Ordinal);
        using var lease = await AcquireAsync(Open(), _manifest);
        await Assert.ThrowsAsync<ModelQuarantinedException>(() => guard.AdmitRunAsync(lease.Artifact, Token).AsTask());
    }

    [Fact]
    public async Task Admit_OpenedButNeverRun_IsAnnouncedUntilItHasRun()
    {
        var guard = Start(areTried: false);
        using var silo = _marks;
        using var lease = await AcquireAsync(Open(), _manifest);

        (await guard.AdmitAsync(lease.Artifact, Token))!.Dispose();
        (await guard.AdmitAsync(lease.Artifact, Token))!.Dispose();
        (await guard.AdmitRunAsync(lease.Artifact, Token))!.Dispose();
        Assert.Equal([false, false, true], _channel.Told.Select(static told => Assert.Single(told).IsRun));
        Assert.Empty(_quarantine.Openings);

        (await guard.AdmitAsync(lease.Artifact, Token))!.Dispose();
        (await guard.AdmitRunAsync(lease.Artifact, Token))!.Dispose();
        Assert.Equal(3, _channel.Told.Count);
    }

    [Fact]
    public async Task Admit_ModelsAreTried_IsNotAnnouncedAndTheRunIsFree()
    {
        var guard = Start(areTried: true);
        using var silo = _marks;
        using var lease = await AcquireAsync(Open(), _manifest);

        (await guard.AdmitAsync(lease.Artifact, Token))!.Dispose();

        Assert.Null(await guard.AdmitRunAsync(lease.Artifact, Token));
        Assert.Empty(_channel.Told);
        Assert.True(File.Exists(Folder.Run(VersionKey.Of(Store.Name, _manifest))));
    }

    private OpeningGuard Start(bool areTried)
    {
        var kept = new QuarantineFolder(Folder, Log);
        _marks = new OpeningMarks(Folder, "silo-1", Time, Log);
        var guard = new OpeningGuard(
            _quarantine,
            new KeptQuarantine(_quarantine, kept, new QuarantineWriter(kept.Write), Log),
            _marks,
            new LeftMarks(Folder, _marks.Path, Log),
            Folder,
            _channel,
            Store.Name,
            areTried,
            forms: null,
            Time,
            Log);
        AtEnd(() => guard.StopAsync(CancellationToken.None));
        guard.Start();
        return guard;
    }
}
