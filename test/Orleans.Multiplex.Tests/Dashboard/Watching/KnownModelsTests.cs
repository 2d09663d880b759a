using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Dashboard.Watching;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Watching;

public sealed class KnownModelsTests
{
    private const string FirstPart = "index  10000 False";

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeMultiplexClient _client = new() { OnGetIndex = static (_, _, _) => new([new("iris", 3, null, "")], null) };
    private readonly ImmutableArray<SiloResidency> _look = [FakeMultiplexClient.Silo()];
    private readonly KnownModels _models;

    public KnownModelsTests() => _models = new KnownModels(_client, _time);

    [Fact]
    public async Task List_EmptyStoreAndNoSilos_IsEmpty()
    {
        _client.OnGetIndex = static (_, _, _) => new([], null);

        Assert.Empty(await ListAsync([]));
    }

    [Fact]
    public async Task List_StoreAndSilos_HasTheModelsOfBoth() =>
        Assert.Equal([("iris", ModelJoin.Ready), ("wine", "opening")], (await ListAsync(_look)).Select(static model => (model.Model, model.State)));

    [Fact]
    public async Task List_AHundredThousandModels_AsksForEachPartOnceAndHasAll()
    {
        _client.OnGetIndex = static (after, limit, _) =>
        {
            var first = after is null ? 0 : int.Parse(after, CultureInfo.InvariantCulture) + 1;
            return new(
                [.. Enumerable.Range(first, limit).Select(static i => new ModelIndexEntry(i.ToString("D6", CultureInfo.InvariantCulture), 1, null, ""))],
                first + limit < 100_000 ? (first + limit - 1).ToString("D6", CultureInfo.InvariantCulture) : null);
        };

        var models = await ListAsync([]);

        Assert.Equal(100_000, models.Select(static model => model.Model).Distinct().Count());
        Assert.Equal([FirstPart, .. Enumerable.Range(0, 9).Select(static part => $"index 0{part}9999 10000 False")], _client.Controls);
    }

    [Fact]
    public async Task List_WithinHalfAMinute_IsNotListedAnew()
    {
        await ListAsync(_look);
        _time.Advance(Life);

        await ListAsync([FakeMultiplexClient.Silo()]);

        Assert.Equal([FirstPart], _client.Controls);
    }

    [Fact]
    public async Task List_AfterHalfAMinute_HasWhatIsNew()
    {
        await ListAsync([]);
        _client.OnGetIndex = static (_, _, _) => new([new("rose", 1, null, "")], null);
        _time.Advance(Life + TimeSpan.FromTicks(1));

        Assert.Equal("rose", Assert.Single(await ListAsync([])).Model);
        Assert.Equal(2, _client.Controls.Count);
    }

    [Fact]
    public async Task List_ListingThatTookLong_IsKeptTenTimesAsLong()
    {
        _client.OnGetIndex = (_, _, _) =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return new([], null);
        };
        await ListAsync([]);
        _time.Advance(TimeSpan.FromSeconds(100));
        await ListAsync([]);
        Assert.Single(_client.Controls);

        _time.Advance(TimeSpan.FromTicks(1));
        await ListAsync([]);

        Assert.Equal(2, _client.Controls.Count);
    }

    [Fact]
    public async Task List_SeveralPagesOfOneLook_ShareOneListingAndOneJoin()
    {
        var listing = new Checkpoint();
        BlockAt(listing);
        var first = ListAsync(_look);
        var second = ListAsync(_look);
        await listing.Reached;
        listing.Open();

        var models = await first;

        // The same array, not only an equal one.
        Assert.True(models == await second);
        Assert.True(models == await ListAsync(_look));
        Assert.Single(_client.Controls);
    }

    [Fact]
    public async Task List_LaterListingUnderWay_IsSharedToo()
    {
        await ListAsync(_look);
        _time.Advance(Life * 2);
        var listing = new Checkpoint();
        BlockAt(listing);
        var first = ListAsync(_look);
        await listing.Reached;

        var second = ListAsync(_look);
        listing.Open();

        Assert.True(await first == await second);
        Assert.Equal(2, _client.Controls.Count);
    }

    [Fact]
    public async Task List_NextLook_HasWhatIsResidentNowFromTheSameListing()
    {
        await ListAsync(_look);

        Assert.Equal([("iris", ModelJoin.InStore)], (await ListAsync([])).Select(static model => (model.Model, model.State)));
        Assert.Single(_client.Controls);
    }

    [Fact]
    public async Task List_OfTheSameLookAfterANewListing_IsJoinedAnew()
    {
        await ListAsync(_look);
        _client.OnGetIndex = static (_, _, _) => new([new("rose", 1, null, "")], null);
        _time.Advance(Life * 2);

        Assert.Contains(await ListAsync(_look), static model => model.Model == "rose");
    }

    [Fact]
    public async Task List_CallerWhoLeaves_EndsItsWaitAndNotTheListing()
    {
        var listing = new Checkpoint();
        BlockAt(listing);
        using var leaving = new CancellationTokenSource();
        var left = _models.ListAsync(_look, leaving.Token);
        var stays = ListAsync(_look);
        await listing.Reached;

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Soon());
        listing.Open();

        Assert.NotEmpty(await stays);
        Assert.Single(_client.Controls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_ListingThatFails_IsSaidAndTriedAgainAtOnce(bool isCancelled)
    {
        var index = _client.OnGetIndex;
        _client.OnGetIndex = (_, _, _) => throw Fault(isCancelled);
        await Assert.ThrowsAsync(Fault(isCancelled).GetType(), () => ListAsync(_look));
        _client.OnGetIndex = index;

        Assert.NotEmpty(await ListAsync(_look));
        Assert.Equal(2, _client.Controls.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_LaterListingThatFails_IsTriedAgainAtOnceToo(bool isCancelled)
    {
        var index = _client.OnGetIndex;
        await ListAsync(_look);
        _time.Advance(Life * 2);
        _client.OnGetIndex = (_, _, _) => throw Fault(isCancelled);
        await Assert.ThrowsAsync(Fault(isCancelled).GetType(), () => ListAsync(_look));
        _client.OnGetIndex = index;

        Assert.NotEmpty(await ListAsync(_look));
        Assert.Equal(3, _client.Controls.Count);
    }

    // What a store or a silo gave up on comes to its caller as if it were cancelled.
    private static Exception Fault(bool isCancelled) => isCancelled ? new TaskCanceledException() : new StoreUnavailableException("", "access denied", TimeSpan.FromSeconds(1));

    private Task<ImmutableArray<KnownModel>> ListAsync(ImmutableArray<SiloResidency> silos) => _models.ListAsync(silos, HttpHost.Cancellation).Soon();

    private void BlockAt(Checkpoint checkpoint) => _client.OnGetIndex = (_, _, _) =>
    {
        checkpoint.Block();
        return new([new("iris", 3, null, "")], null);
    };
}
