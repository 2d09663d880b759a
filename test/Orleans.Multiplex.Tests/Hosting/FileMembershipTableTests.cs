using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Hosting.Cluster.Localhost;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

public sealed class FileMembershipTableTests : MembershipTableContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<SiloAddress, bool> _ended = new();

    private string File => _folder["cluster-c.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAll_ProcessOfASiloEnded_SaysThatItIsDead()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        await InsertAsync(table, Entry(11112));
        var before = await table.ReadAllAsync(Cancellation);

        _ended[Silo(11111)] = true;
        var after = await table.ReadAllAsync(Cancellation);

        Assert.Equal(SiloStatus.Dead, after.TryGet(Silo(11111))!.Item1.Status);
        Assert.Equal(SiloStatus.Active, after.TryGet(Silo(11112))!.Item1.Status);
        Assert.Equal(before.Version.Version + 1, after.Version.Version);
        Assert.False(await table.UpdateRowAsync(Entry(11111), before.TryGet(Silo(11111))!.Item2, after.Version.Next(), Cancellation));
        Assert.Equal(after.Version, (await table.ReadAllAsync(Cancellation)).Version);
    }

    [Fact]
    public async Task InitializeMembershipTable_SomeProcessesOfTheClusterEnded_KeepsTheTableAndMarksThem()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        await InsertAsync(table, Entry(11112, SiloStatus.Joining));

        _ended[Silo(11112)] = true;
        var data = await (await JoinAsync()).ReadAllAsync(Cancellation);

        Assert.Equal(SiloStatus.Active, data.TryGet(Silo(11111))!.Item1.Status);
        Assert.Equal(SiloStatus.Dead, data.TryGet(Silo(11112))!.Item1.Status);
    }

    [Fact]
    public async Task InitializeMembershipTable_AllProcessesOfAFormerRunEnded_BeginsWithoutTheirRows()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        await InsertAsync(table, Entry(11112));
        var before = (await table.ReadAllAsync(Cancellation)).Version;

        _ended[Silo(11111)] = _ended[Silo(11112)] = true;
        var data = await (await JoinAsync()).ReadAllAsync(Cancellation);

        Assert.Empty(data.Members);
        Assert.True(data.Version.Version > before.Version);
    }

    [Fact]
    public async Task ReadAll_HalfWrittenDraftOfACrash_IsIgnoredAndReplaced()
    {
        await InsertAsync(await JoinAsync(), Entry(11111));
        await System.IO.File.WriteAllTextAsync(File + ".new", """{ "Version": 9, "Ro""", Cancellation);

        var table = await JoinAsync();
        Assert.Single((await table.ReadAllAsync(Cancellation)).Members);
        await InsertAsync(table, Entry(11112));

        Assert.Equal(2, (await table.ReadAllAsync(Cancellation)).Members.Count);
        Assert.False(System.IO.File.Exists(File + ".new"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{ "Version": 1, "VersionEtag": "x", "Rows": [null] }""")]
    [InlineData("""{ "Version": 1, "VersionEtag": "x", "Rows": [{ "Entry": {}, "Etag": "y" }] }""")]
    [InlineData("""{ "Version": 1, "VersionEtag": "x", "Rows": [{ "Entry": { "SiloAddress": "nonsense" }, "Etag": "y" }] }""")]
    public async Task InitializeMembershipTable_DamagedFile_NamesTheFileAndTheRemedy(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, Cancellation);

        var fault = await Assert.ThrowsAsync<InvalidDataException>(JoinAsync);

        Assert.Contains(File, fault.Message, StringComparison.Ordinal);
        Assert.Contains("remove the file", fault.Message, StringComparison.Ordinal);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, Cancellation));
    }

    [Fact]
    public async Task ReadAll_FileRemovedUnderALivingSilo_SaysSoInsteadOfBeginningASecondCluster()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        System.IO.File.Delete(File);

        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => table.ReadAllAsync(Cancellation));

        Assert.Contains("is gone", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InsertRow_TwoClustersInOneFolder_KeepApart()
    {
        var other = new FileMembershipTable(_folder.Path, "d", _ => false, TimeProvider.System, NullLogger.Instance);
        await other.InitializeMembershipTableAsync(true, Cancellation);
        await InsertAsync(await JoinAsync(), Entry(11111));

        Assert.Empty((await other.ReadAllAsync(Cancellation)).Members);
    }

    [Fact]
    public async Task InsertRow_OnUnix_LeavesFilesForTheirOwnerAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes.");
        await InsertAsync(await JoinAsync(), Entry(11111));

        Assert.All(Directory.GetFiles(_folder.Path), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : System.IO.File.GetUnixFileMode(file)));
    }

    protected override async Task<IMembershipTable> JoinAsync()
    {
        var table = new FileMembershipTable(_folder.Path, "c", _ended.ContainsKey, TimeProvider.System, NullLogger.Instance);
        await table.InitializeMembershipTableAsync(true, Cancellation);
        return table;
    }
}
