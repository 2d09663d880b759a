using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

/// <summary>What Orleans asks of any membership table.</summary>
public abstract class MembershipTableContract
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static DateTime Start { get; } = new(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task ReadAll_NewTable_IsEmpty()
    {
        var data = await (await JoinAsync()).ReadAllAsync(Cancellation);

        Assert.Empty(data.Members);
        Assert.NotEmpty(data.Version.VersionEtag);
    }

    [Fact]
    public async Task InsertRow_NewSilo_IsReadBackWhole()
    {
        var table = await JoinAsync();
        var entry = Entry(11111);
        entry.AddSuspector(Silo(11112), Start.AddSeconds(9));
        var before = (await table.ReadAllAsync(Cancellation)).Version;

        Assert.True(await table.InsertRowAsync(entry, before.Next(), Cancellation));

        var data = await table.ReadRowAsync(entry.SiloAddress, Cancellation);
        var read = Assert.Single(data.Members).Item1;
        Assert.Equal(entry.ToFullString(), read.ToFullString());
        Assert.Equal((DateTimeKind.Utc, entry.StartTime), (read.StartTime.Kind, read.StartTime));
        Assert.Equal(before.Version + 1, data.Version.Version);
        Assert.NotEqual(before.VersionEtag, data.Version.VersionEtag);
    }

    [Fact]
    public async Task InsertRow_SiloThatIsThere_IsRefused()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        var before = await table.ReadAllAsync(Cancellation);

        Assert.False(await table.InsertRowAsync(Entry(11111), before.Version.Next(), Cancellation));

        AssertSame(before, await table.ReadAllAsync(Cancellation));
    }

    [Fact]
    public async Task InsertRow_StaleTableVersion_IsRefused()
    {
        var table = await JoinAsync();
        var stale = (await table.ReadAllAsync(Cancellation)).Version;
        await InsertAsync(table, Entry(11111));
        var before = await table.ReadAllAsync(Cancellation);

        Assert.False(await table.InsertRowAsync(Entry(11112), stale.Next(), Cancellation));

        AssertSame(before, await table.ReadAllAsync(Cancellation));
    }

    [Fact]
    public async Task UpdateRow_CurrentTags_ReplacesTheRowAndBothTags()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        await InsertAsync(table, Entry(11112));
        var before = await table.ReadAllAsync(Cancellation);
        var (_, etag) = before.TryGet(Silo(11111))!;

        Assert.True(await table.UpdateRowAsync(Entry(11111, SiloStatus.ShuttingDown), etag, before.Version.Next(), Cancellation));

        var after = await table.ReadAllAsync(Cancellation);
        Assert.Equal(2, after.Members.Count);
        Assert.Equal(SiloStatus.ShuttingDown, after.TryGet(Silo(11111))!.Item1.Status);
        Assert.NotEqual(etag, after.TryGet(Silo(11111))!.Item2);
        Assert.Equal(before.TryGet(Silo(11112))!.Item2, after.TryGet(Silo(11112))!.Item2);
        Assert.Equal(before.Version.Version + 1, after.Version.Version);
    }

    [Theory]
    [InlineData(11111, false, true)]
    [InlineData(11111, true, false)]
    [InlineData(11113, true, true)]
    public async Task UpdateRow_StaleTagOrVersionOrUnknownSilo_IsRefused(int port, bool currentRow, bool currentTable)
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        var first = await table.ReadAllAsync(Cancellation);
        Assert.True(await table.UpdateRowAsync(Entry(11111, SiloStatus.Joining), first.Members[0].Item2, first.Version.Next(), Cancellation));
        var before = await table.ReadAllAsync(Cancellation);

        var etag = (currentRow ? before : first).Members[0].Item2;
        var version = (currentTable ? before : first).Version;
        Assert.False(await table.UpdateRowAsync(Entry(port, SiloStatus.Dead), etag, version.Next(), Cancellation));

        AssertSame(before, await table.ReadAllAsync(Cancellation));
    }

    [Fact]
    public async Task UpdateIAmAlive_KnownSilo_ChangesTheTimeAndNoTag()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        var before = await table.ReadAllAsync(Cancellation);

        await table.UpdateIAmAliveAsync(new() { SiloAddress = Silo(11111), IAmAliveTime = Start.AddMinutes(5) }, Cancellation);

        var after = await table.ReadAllAsync(Cancellation);
        Assert.Equal(Start.AddMinutes(5), after.Members[0].Item1.IAmAliveTime);
        Assert.Equal((before.Version, before.Members[0].Item2), (after.Version, after.Members[0].Item2));
    }

    [Fact]
    public async Task UpdateIAmAlive_UnknownSilo_ChangesNothing()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        var before = await table.ReadAllAsync(Cancellation);

        await table.UpdateIAmAliveAsync(new() { SiloAddress = Silo(11112), IAmAliveTime = Start }, Cancellation);

        AssertSame(before, await table.ReadAllAsync(Cancellation));
    }

    [Fact]
    public async Task CleanupDefunctSiloEntries_OldAndNewRows_RemovesOnlyOldOnesThatAreNotActive()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111, SiloStatus.Dead));
        await InsertAsync(table, Entry(11112, SiloStatus.Active));
        await InsertAsync(table, Entry(11113, SiloStatus.Dead, Start.AddHours(2)));
        var votedOn = Entry(11114, SiloStatus.Dead);
        votedOn.AddSuspector(Silo(11112), Start.AddHours(2));
        await InsertAsync(table, votedOn);

        await table.CleanupDefunctSiloEntriesAsync(Start.AddHours(1), Cancellation);

        Assert.Equal([11112, 11113, 11114], (await table.ReadAllAsync(Cancellation)).Members.Select(row => row.Item1.SiloAddress.Endpoint.Port).Order());
    }

    [Fact]
    public async Task DeleteMembershipTableEntries_OtherCluster_ChangesNothing()
    {
        var table = await JoinAsync();
        await InsertAsync(table, Entry(11111));
        var before = await table.ReadAllAsync(Cancellation);

        await table.DeleteMembershipTableEntriesAsync("other", Cancellation);
        AssertSame(before, await table.ReadAllAsync(Cancellation));

        await table.DeleteMembershipTableEntriesAsync("c", Cancellation);
        Assert.Empty((await table.ReadAllAsync(Cancellation)).Members);
    }

    [Fact]
    public async Task ReadAll_RowChangedByItsReader_KeepsTheTableAsItWas()
    {
        var table = await JoinAsync();
        var entry = Entry(11111);
        await InsertAsync(table, entry);

        entry.Status = SiloStatus.Dead;
        (await table.ReadAllAsync(Cancellation)).Members[0].Item1.Status = SiloStatus.Dead;

        Assert.Equal(SiloStatus.Active, (await table.ReadAllAsync(Cancellation)).Members[0].Item1.Status);
    }

    [Fact]
    public async Task InsertRow_ManyWritersAtOnce_LosesNoneAndCountsEachVersionOnce()
    {
        const int Writers = 8;
        var tables = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => JoinAsync()));

        await Task.WhenAll(tables.Select((table, i) => Task.Run(async () =>
        {
            while (!await table.InsertRowAsync(Entry(11111 + i), (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation))
            {
            }
        })));

        var data = await tables[0].ReadAllAsync(Cancellation);
        Assert.Equal(Enumerable.Range(11111, Writers), data.Members.Select(row => row.Item1.SiloAddress.Endpoint.Port).Order());
        Assert.Equal(Writers, data.Version.Version);
        Assert.Equal(Writers, data.Members.Select(row => row.Item2).Distinct().Count());
    }

    /// <summary>A handle on the test's one table of cluster <c>c</c>, as another process would have it.</summary>
    protected abstract Task<IMembershipTable> JoinAsync();

    private protected static SiloAddress Silo(int port, int generation = 7) => SiloAddress.New(IPAddress.Loopback, port, generation);

    private protected static MembershipEntry Entry(int port, SiloStatus status = SiloStatus.Active, DateTime? alive = null) => new()
    {
        SiloAddress = Silo(port),
        Status = status,
        ProxyPort = port + 20000,
        HostName = "host",
        SiloName = $"silo-{port}",
        RoleName = "role",
        StartTime = Start,
        IAmAliveTime = alive ?? Start,
    };

    private protected static async Task InsertAsync(IMembershipTable table, MembershipEntry entry) =>
        Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));

    private static void AssertSame(MembershipTableData expected, MembershipTableData actual)
    {
        Assert.Equal(expected.Version, actual.Version);
        Assert.Equal(expected.Members.Select(Text), actual.Members.Select(Text));

        static string Text(Tuple<MembershipEntry, string> row) => row.Item1.ToFullString() + row.Item2;
    }
}
