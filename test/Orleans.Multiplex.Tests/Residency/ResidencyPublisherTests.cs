using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class ResidencyPublisherTests : IAsyncDisposable
{
    private readonly TestSilo _silo = new(maxModels: 9, maxBytes: 100);
    private readonly RecordedChannel _channel = new();
    private readonly ResidencyPublisher _publisher;

    public ResidencyPublisherTests() =>
        _publisher = new ResidencyPublisher(_silo.Quota, _silo.Evictions, _silo.Pins, _silo.Footprints, cached: null, _channel, new LocalSilo(SiloAddress.New(IPAddress.Loopback, 11111, 1)), _silo.Time);

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        _silo.Dispose();
    }

    [Fact]
    public void Publish_AtStartAndAtEachHeartbeat_TellsWhatIsHeld()
    {
        _silo.Reside("m", 30);
        _publisher.Start();
        _silo.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, _channel.Rows.Count);
        var row = _channel.Rows[1];
        Assert.Equal(("silo-1", 100L, 30L, false), (row.Name, row.MaxBytes, row.ChargedBytes, row.IsDraining));
        Assert.Equal(new PoolRow("A", 9, 1, TimeSpan.FromSeconds(1)), Assert.Single(row.Pools));
        Assert.True(_channel.Rows[0].Sequence < row.Sequence);
    }

    [Fact]
    public void Publish_SeveralChanges_AreOneMessageSoonAfter()
    {
        _publisher.Start();
        _silo.Reside("a", 10);
        _silo.Reside("b", 10);
        Assert.Single(_channel.Rows);

        _silo.Time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal([0L, 20L], _channel.Rows.Select(row => row.ChargedBytes));
    }

    [Fact]
    public void Publish_ManySilos_ChangesAreToldTogetherAndTheHeartbeatIsSlower()
    {
        _channel.Silos = 1000;
        _publisher.Start();
        _silo.Reside("a", 10);
        _silo.Time.Advance(TimeSpan.FromSeconds(6.2));
        Assert.Single(_channel.Rows);

        _silo.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(2, _channel.Rows.Count);

        _silo.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(2, _channel.Rows.Count);
        _silo.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(3, _channel.Rows.Count);

        // The last row is long enough ago.
        _silo.Time.Advance(TimeSpan.FromSeconds(7));
        _silo.Reside("b", 10);
        _silo.Time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal([0L, 10L, 10L, 20L], _channel.Rows.Select(row => row.ChargedBytes));
    }

    [Fact]
    public void BeginDraining_ManySilos_IsToldAtOnceAllTheSame()
    {
        _channel.Silos = 1000;
        _publisher.Start();

        _publisher.BeginDraining();

        Assert.True(_channel.Rows[^1].IsDraining);
    }

    [Fact]
    public void Publish_ChangeWhileARowIsSent_IsToldSoonToo()
    {
        var changes = 0;
        _channel.OnPublish = () =>
        {
            if (changes++ == 1)
            {
                _silo.Reside("during", 10);
            }
        };
        _publisher.Start();
        _silo.Reside("before", 10);
        _silo.Time.Advance(TimeSpan.FromMilliseconds(50));

        _silo.Time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal([0L, 10L, 20L], _channel.Rows.Select(row => row.ChargedBytes));
    }

    [Fact]
    public void Publish_WhatModelsTake_GoesWithTheRowOnceAndInParts()
    {
        _silo.Footprints.Set("A", "m0", 30);
        _publisher.Start();
        for (var i = 1; i <= 300; i++)
        {
            _silo.Footprints.Set("A", $"m{i}", 20);
            _silo.Footprints.Set("A", $"m{i}", 30);
        }

        Assert.Empty(_publisher.GetRow().Footprints);
        _silo.Time.Advance(TimeSpan.FromSeconds(1));
        _silo.Time.Advance(TimeSpan.FromSeconds(1));
        _silo.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 256, 44, 0], _channel.Rows.Select(row => row.Footprints.Length));
        Assert.Equal(
            Enumerable.Range(0, 301).Select(i => new ModelFootprint("A", $"m{i}", 30)).ToHashSet(),
            _channel.Rows.SelectMany(row => row.Footprints).ToHashSet());
    }

    [Fact]
    public async Task GetRow_LoadWaitsForRoom_CountsItAndIsToldOfIt()
    {
        using var silo = new TestSilo(maxModels: 1, maxBytes: 100);
        var taken = silo.Quota.TryReserve(silo.Pool, 60)!;
        var changes = 0;
        silo.Quota.Changed += () => changes++;

        var waiting = silo.ReserveAsync("b", 30);

        Assert.Equal((1, 2, 60L), (changes, silo.Quota.GetDemandedModels(silo.Pool), silo.Quota.DemandedBytes));
        taken.Release();
        await waiting.Soon();
        Assert.Equal((1, 30L), (silo.Quota.GetDemandedModels(silo.Pool), silo.Quota.DemandedBytes));
    }

    [Fact]
    public void GetRow_LoadWillAskForRoom_CountsItAndIsToldOfItUntilItAsks()
    {
        using var silo = new TestSilo(maxModels: 1, maxBytes: 100);
        silo.Quota.TryReserve(silo.Pool, 60);
        var changes = 0;
        silo.Quota.Changed += () => changes++;

        var expected = silo.Quota.Expect(silo.Pool, 30);

        Assert.Equal((1, 2, 90L), (changes, silo.Quota.GetDemandedModels(silo.Pool), silo.Quota.DemandedBytes));
        Assert.Equal((1, 60L), (silo.Charged, silo.Quota.ChargedBytes));
        expected.Dispose();
        expected.Dispose();
        Assert.Equal((1, 60L), (silo.Quota.GetDemandedModels(silo.Pool), silo.Quota.DemandedBytes));
    }

    [Fact]
    public void BeginDraining_IsToldAtOnce()
    {
        _publisher.Start();

        _publisher.BeginDraining();

        Assert.Equal([false, true], _channel.Rows.Select(row => row.IsDraining));
    }

    [Fact]
    public async Task OnEnded_Activations_AreNotedAtOnceAndAnnouncedToTheLast()
    {
        _publisher.Start();
        var addresses = Enumerable.Range(0, 2500).Select(i => new ModelNews(new GrainAddress { GrainId = GrainId.Create("g", $"{i}") }, "pool", $"{i}", null)).ToList();

        addresses.ForEach(one => _publisher.OnEnded(one.Ended!, one.Pool, one.ModelId, readyOn: null));

        Assert.Equal(addresses, _channel.TakenIn);
        var told = new List<ModelNews>();
        while (told.Count < addresses.Count)
        {
            var batch = await _channel.Gone.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon();
            Assert.InRange(batch.Length, 1, 1000);
            told.AddRange(batch);
        }

        Assert.Equal(addresses, told);
    }

    private sealed class RecordedChannel : IResidencyChannel
    {
        public List<SiloRow> Rows { get; } = [];

        public Channel<ImmutableArray<ModelNews>> Gone { get; } = Channel.CreateUnbounded<ImmutableArray<ModelNews>>();

        public int Silos { get; set; } = 1;

        public Action OnPublish { get; set; } = () => { };

        public void Publish(SiloRow row)
        {
            Rows.Add(row);
            OnPublish();
        }

        public List<ModelNews> TakenIn { get; } = [];

        public void TakeIn(ModelNews news) => TakenIn.Add(news);

        public void Announce(ImmutableArray<ModelNews> news) => Gone.Writer.TryWrite(news);
    }
}
