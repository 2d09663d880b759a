using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>What models that are asked for at once get of one thread; the clock goes only while something runs.</summary>
public sealed class FairnessTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TestScheduler _scheduler;
    private readonly List<string> _order = [];
    private readonly Checkpoint _busy = new();

    public FairnessTests() => _scheduler = new TestScheduler(new(1, 100, 60, TimeSpan.FromSeconds(1)), "silo-1", _time, NullLogger.Instance);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public async Task Run_OneModelIsFloodedAndSlow_OthersWaitForNoMoreThanTheRunThatIsOn()
    {
        var slow = await MeasureAsync("slow", 100);
        await OccupyAsync();
        var flood = Add("slow", 100, 50);
        var quick = Add("quick", 1, 10);

        _busy.Open();

        await Task.WhenAll([.. flood, .. quick, slow]).Soon();
        Assert.InRange(_order.LastIndexOf("quick"), 0, 10);
    }

    [Fact]
    public async Task Run_TwoModelsAreFlooded_EachGetsHalfOfTheTimeAndNotOfTheRuns()
    {
        await MeasureAsync("slow", 30);
        await MeasureAsync("quick", 10);
        await OccupyAsync();
        var runs = Add("slow", 30, 40).Concat(Add("quick", 10, 40)).ToList();

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        var first = _order.Take(40).ToList();
        Assert.Equal(30, first.Count(static name => name == "quick"), tolerance: 2.0);
    }

    [Fact]
    public async Task Run_AModelWasNotAskedForLong_ItHasSavedUpNothing()
    {
        await MeasureAsync("idle", 10);
        for (var i = 0; i < 100; i++)
        {
            await Task.WhenAll(Add("steady", 10, 1)).Soon();
        }

        _order.Clear();
        await OccupyAsync();
        var runs = Add("steady", 10, 20).Concat(Add("idle", 10, 20)).ToList();

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.Equal(10, _order.Take(20).Count(static name => name == "idle"), tolerance: 2.0);
    }

    [Fact]
    public async Task Run_QueueIsFullOfOneModel_AnotherTakesThePlaceOfItsLast()
    {
        await OccupyAsync();
        var (a, b) = (Add("flooded", 1, 60), Add("also", 1, 40));

        var other = Add("other", 1, 1);

        Assert.Equal(1, (await Task.WhenAll(other.Append(Open())).Soon())[0]);
        var error = await Assert.ThrowsAsync<OverloadedException>(() => a[^1].Soon());
        Assert.Contains("Multiplex:Execution:MaxQueued)", error.Message, StringComparison.Ordinal);
        await Task.WhenAll([.. a.SkipLast(1), .. b]).Soon();
    }

    [Fact]
    public async Task Run_AsManyWaitForAModelAsMay_ItsNextIsRefusedAndOthersAreNot()
    {
        await OccupyAsync();
        var waiting = Add("flooded", 1, 60);

        var error = await Assert.ThrowsAsync<OverloadedException>(() => Add("flooded", 1, 1)[0].Soon());

        Assert.Contains("Multiplex:Execution:MaxQueuedPerModel", error.Message, StringComparison.Ordinal);
        var other = Add("other", 1, 1);
        _busy.Open();
        await Task.WhenAll([.. waiting, .. other]).Soon();
    }

    [Fact]
    public async Task Run_WhatIsAheadTakesLongerThanItHasTime_IsRefusedAtOnceAndToldWhenToCome()
    {
        await MeasureAsync("m", 100, count: 10);
        await OccupyAsync();
        var waiting = Add("m", 100, 10);

        var error = await Assert.ThrowsAsync<OverloadedException>(() => AddOne("m", 100, TimeSpan.FromSeconds(1)).Soon());

        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
        Assert.Contains("in its time", error.Message, StringComparison.Ordinal);

        // Just enough: ten of a tenth of a second, its own, and a fifth of that because nobody can tell it exactly.
        var last = AddOne("m", 100, TimeSpan.FromSeconds(1.33));
        _busy.Open();
        await Task.WhenAll(waiting).Soon();
        Assert.Equal(1, await last.Soon());
    }

    [Fact]
    public async Task Run_AnotherModelHasHalfOfTheTime_WhoWouldBeTooLateBesideItIsRefused()
    {
        await MeasureAsync("m", 100, count: 10);
        await MeasureAsync("other", 100, count: 10);
        await OccupyAsync();
        var runs = Add("other", 100, 30);
        for (var i = 0; i < 30; i++)
        {
            runs.Add(_scheduler.RunAsync("m", _ => Note("m", 100), Minute, 0, static () => { }, CancellationToken.None));
        }

        // Ten or so are ahead of it, which take a second alone and two beside the other model.
        var late = new TaskCompletionSource<Task<int>>();
        runs.Add(_scheduler.RunAsync(
            "m",
            _ =>
            {
                late.SetResult(AddOne("m", 100, TimeSpan.FromSeconds(1.4)));
                return Note("m", 100);
            },
            Minute,
            0,
            static () => { },
            CancellationToken.None));
        runs.AddRange(Add("m", 100, 10));
        runs.AddRange(Add("other", 100, 11));

        _busy.Open();

        var refused = await Assert.ThrowsAsync<OverloadedException>(async () => await await late.Task.Soon());
        Assert.Contains("in its time", refused.Message, StringComparison.Ordinal);
        await Task.WhenAll(runs).Soon();
    }

    [Fact]
    public async Task Run_WasOnceSlowerThanTheTimeThatItHas_IsTriedWhereNothingIsAhead()
    {
        await MeasureAsync("m", 10_000, count: 10);
        while (_scheduler.Scheduler.Running > 0)
        {
            await Task.Yield();
        }

        Assert.Equal(1, await AddOne("m", 1, TimeSpan.FromSeconds(5)).Soon());
    }

    [Fact]
    public async Task Run_UrgentComesLater_GoesBeforeItsModelsOthersAndBeforeOtherModels()
    {
        await OccupyAsync();
        var runs = Add("a", 1, 2).Concat(Add("b", 1, 2)).ToList();
        runs.Add(_scheduler.RunAsync("b", _ => Note("urgent", 1), Minute, 1, static () => { }, CancellationToken.None));

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.Equal("urgent", _order[0]);
    }

    [Fact]
    public async Task Run_AModelWithShortRunsHasBeenServedForLong_ANewcomerHasNoMoreRightThanIt()
    {
        for (var i = 0; i < 1000; i++)
        {
            await _scheduler.RunAsync("short", new ShortRun(_time)).Soon();
        }

        await OccupyAsync();
        var runs = Add("new", 1, 50).Concat(Add("short", 1, 5)).ToList();

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.InRange(_order.LastIndexOf("short"), 0, 15);
    }

    [Fact]
    public async Task Run_UrgentRunsOfAnotherModelTookLong_ChangesNothingAmongTheOthers()
    {
        await MeasureAsync("old", 10);
        await OccupyAsync();
        var runs = Add("old", 10, 20);
        runs.AddRange(Enumerable.Range(0, 20).Select(_ => _scheduler.RunAsync(
            "urgent",
            _ =>
            {
                // Comes when much of the threads' time has gone to what is more urgent.
                if (_order.Count == 19)
                {
                    runs.Add(AddOne("late", 10, Minute));
                }

                return Note("urgent", 1000);
            },
            TimeSpan.FromDays(1),
            1,
            static () => { },
            CancellationToken.None)));

        _busy.Open();

        await Task.WhenAll(runs.Take(40)).Soon();
        await runs[^1].Soon();
        Assert.InRange(_order.IndexOf("late"), 20, 23);
    }

    private async Task<Task<int>> MeasureAsync(string model, int milliseconds, int count = 1)
    {
        Task<int> run = null!;
        for (var i = 0; i < count; i++)
        {
            run = AddOne(model, milliseconds, TimeSpan.FromDays(1));
            await run.Soon();
        }

        _order.Clear();
        return run;
    }

    private sealed class ShortRun(FakeTimeProvider time) : ScheduledResult<int>(0, Minute, CancellationToken.None)
    {
        public override bool NeverBlocks => true;

        protected override int Run()
        {
            time.Advance(TimeSpan.FromMicroseconds(80));
            return 1;
        }

        protected override void OnEnded()
        {
        }
    }

    private async Task OccupyAsync()
    {
        _ = _scheduler.RunAsync("busy", _ => Block(_busy), TimeSpan.FromDays(1), 0, static () => { }, CancellationToken.None);
        await _busy.Reached;
    }

    private async Task<int> Open()
    {
        await Task.Yield();
        _busy.Open();
        return 0;
    }

    private List<Task<int>> Add(string model, int milliseconds, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => AddOne(model, milliseconds, Minute))];

    private Task<int> AddOne(string model, int milliseconds, TimeSpan remaining) =>
        _scheduler.RunAsync(model, _ => Note(model, milliseconds), remaining, 0, static () => { }, CancellationToken.None);

    private int Note(string name, int milliseconds)
    {
        _order.Add(name);
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return 1;
    }

    private static int Block(Checkpoint checkpoint)
    {
        checkpoint.Block();
        return 1;
    }
}
