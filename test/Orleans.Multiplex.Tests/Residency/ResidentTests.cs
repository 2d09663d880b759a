using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class ResidentTests
{
    private static readonly ResidentState[] States = Enum.GetValues<ResidentState>();

    private static readonly HashSet<(ResidentState From, ResidentState To)> Legal =
    [
        (ResidentState.Queued, ResidentState.Fetching),
        (ResidentState.Queued, ResidentState.Checking),
        (ResidentState.Fetching, ResidentState.Checking),
        (ResidentState.Checking, ResidentState.Reserving),
        (ResidentState.Reserving, ResidentState.Opening),
        (ResidentState.Opening, ResidentState.Ready),
        (ResidentState.Queued, ResidentState.Failed),
        (ResidentState.Fetching, ResidentState.Failed),
        (ResidentState.Reserving, ResidentState.Failed),
        (ResidentState.Checking, ResidentState.Failed),
        (ResidentState.Opening, ResidentState.Failed),
        (ResidentState.Ready, ResidentState.Draining),
        (ResidentState.Draining, ResidentState.Unloading),
        (ResidentState.Unloading, ResidentState.Gone),
    ];

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void IsLegal_EveryPairOfStates_IsAsTheTableSays()
    {
        foreach (var from in States)
        {
            foreach (var to in States)
            {
                Assert.True(Legal.Contains((from, to)) == ResidentTransitions.IsLegal(from, to), $"{from} to {to}");
            }
        }
    }

    [Fact]
    public void IsLoading_EveryState_IsSoBeforeReadyOnly() =>
        Assert.Equal(
            [ResidentState.Queued, ResidentState.Fetching, ResidentState.Checking, ResidentState.Reserving, ResidentState.Opening],
            States.Where(state => state.IsLoading()));

    [Fact]
    public void MoveTo_EveryIllegalMove_ThrowsAndChangesNothing()
    {
        foreach (var from in States)
        {
            foreach (var to in States.Where(to => !Legal.Contains((from, to))))
            {
                var resident = Make(from);

                Assert.Throws<InvalidOperationException>(() => resident.MoveTo(to));
                Assert.Equal(from, resident.State);
            }
        }
    }

    [Fact]
    public async Task TryBeginDraining_ManyAtOnce_OneSucceeds()
    {
        var resident = Make(ResidentState.Ready);

        var moves = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(resident.TryBeginDraining))).Soon();

        Assert.Equal(1, moves.Count(moved => moved));
    }

    [Fact]
    public void TakeModel_Twice_GivesItOnce()
    {
        var resident = Make(ResidentState.Ready);

        Assert.Equal("model", resident.TakeModel());
        Assert.Null(resident.TakeModel());
    }

    [Fact]
    public void LetGo_Holders_EachIsToldOnce()
    {
        var resident = Make(ResidentState.Ready);
        var (stays, leaves) = (new Holder(), new Holder());
        resident.AddHolder(stays);
        resident.AddHolder(stays);
        resident.AddHolder(leaves);
        resident.RemoveHolder(leaves);

        resident.LetGo();
        resident.LetGo();

        Assert.Equal((1, 0), (stays.Told, leaves.Told));
    }

    [Fact]
    public void Report_AfterSomeUse_TellsAgeHitsAndLoadTime()
    {
        var resident = Make(ResidentState.Opening);
        _time.Advance(TimeSpan.FromSeconds(2));
        resident.CompleteLoad("model");
        resident.Gate.TryEnter();
        resident.Touch();
        resident.CountHit();
        _time.Advance(TimeSpan.FromSeconds(3));

        var report = resident.Report();

        Assert.Equal(("m", 0L, ResidentState.Ready), (report.Model, report.Version, report.State));
        Assert.Equal((TimeSpan.FromSeconds(3), 1L, 1, TimeSpan.FromSeconds(2)), (report.Age, report.Hits, report.InFlight, report.LoadTime!.Value));
    }

    [Theory]
    [InlineData(0, false, "m")]
    [InlineData(0, true, "m")]
    [InlineData(3, false, "m")]
    [InlineData(3, true, "m@3")]
    public void GetName_OfAKey_HasTheVersionWhereThereAreSeveral(long version, bool isOneOfSeveral, string name) =>
        Assert.Equal(name, new ResidentKey("A", "m", version).GetName(isOneOfSeveral));

    private Resident Make(ResidentState state)
    {
        var resident = new Resident(new ResidentKey("A", "m", 0), "m", new ModelPool("A", 1), new UseClock(_time));
        ResidentState[] way = state == ResidentState.Failed
            ? [ResidentState.Failed]
            : [.. States.Where(one => one > ResidentState.Queued && one <= state)];
        foreach (var step in way)
        {
            if (step == ResidentState.Ready)
            {
                resident.CompleteLoad("model");
            }
            else
            {
                resident.MoveTo(step);
            }
        }

        return resident;
    }

    private sealed class Holder : IResidentHolder
    {
        public int Told { get; private set; }

        public void OnUnloading(Resident resident) => Told++;
    }
}
