using System.Collections.Immutable;
using CsCheck;
using Orleans.Multiplex.Placement;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement;

public sealed class PlacementPolicyTests
{
    private static readonly Gen<SiloCandidate> Candidate = Gen.Select(
        Gen.Frequency((8, Gen.Const(true)), (1, Gen.Const(false))),
        Gen.Frequency((1, Gen.Const(true)), (8, Gen.Const(false))),
        Gen.Select(Gen.OneOfConst(-1, 1, 2, 3), Gen.Int[0, 4], Gen.Int[0, 2]),
        Gen.Select(Gen.Int[10, 100], Gen.Int[0, 120], Gen.Int[0, 60]),
        Gen.Select(Gen.Int[-1, 300], Gen.Bool),
        (known, draining, models, bytes, rest) => new SiloCandidate
        {
            Silo = "",
            IsKnown = known,
            IsDraining = draining,
            MaxModels = models.Item1,
            ChargedModels = models.Item2,
            PinnedModels = models.Item3,
            MaxBytes = bytes.Item1,
            ChargedBytes = bytes.Item2,
            PinnedBytes = bytes.Item3,
            VictimAge = rest.Item1 < 0 ? null : TimeSpan.FromSeconds(rest.Item1),
            HasFiles = rest.Item2,
        });

    private static readonly Gen<PlacementSnapshot> Snapshot = Gen.Select(
        Gen.Int[0, 1000], Gen.Int[0, 60], Candidate.Array[1, 8], (id, bytes, candidates) => new PlacementSnapshot(
            $"model-{id}", bytes, [.. candidates.Select((candidate, i) => candidate with { Silo = $"127.0.0.1:{11111 + i}@{i * 7919}" })]));

    [Fact]
    public void Decide_ASiloHasRoom_OneWithRoomIsChosen() => Snapshot.Sample(snapshot =>
    {
        if (snapshot.Candidates.Any(one => HasRoom(one, snapshot.Bytes)))
        {
            Assert.True(HasRoom(Chosen(snapshot), snapshot.Bytes));
        }
    });

    [Fact]
    public void Decide_NotAllDrain_NoDrainingOneIsChosen() => Snapshot.Sample(snapshot =>
        Assert.True(snapshot.Candidates.All(one => one.IsDraining) || !Chosen(snapshot).IsDraining));

    [Fact]
    public void Decide_AllFull_TheOldestBandIsChosen() => Snapshot.Sample(snapshot =>
    {
        var full = snapshot with
        {
            Bytes = 1,
            Candidates = [.. snapshot.Candidates.Select(one => one with { IsKnown = true, IsDraining = false, ChargedModels = 0, ChargedBytes = one.MaxBytes, PinnedModels = 0, PinnedBytes = 0 })],
        };

        Assert.Equal(full.Candidates.Max(one => AgeBands.GetBand(one.VictimAge)), AgeBands.GetBand(Chosen(full).VictimAge));
    });

    [Fact]
    public void Decide_SomeHaveRoom_TheChosenIsAmongTheLeastFull() => Snapshot.Sample(snapshot =>
    {
        var open = snapshot.Candidates.Where(one => HasRoom(one, snapshot.Bytes)).ToList();
        if (open.Count > 0)
        {
            Assert.Equal(open.Min(Steps), Steps(Chosen(snapshot)));
        }
    });

    [Fact]
    public void Decide_AnyOrderOfCandidates_IsTheSameDecision() =>
        Gen.Select(Snapshot, Gen.Int[0, 7]).Sample((snapshot, turn) =>
        {
            var split = turn % snapshot.Candidates.Length;
            var turned = snapshot with { Candidates = [.. snapshot.Candidates[split..].Reverse(), .. snapshot.Candidates[..split]] };

            Assert.Equal(PlacementPolicy.Decide(snapshot).Verdicts, PlacementPolicy.Decide(turned).Verdicts);
        });

    [Fact]
    public void Decide_EveryCandidate_HasOneVerdictAndOneIsChosen() => Snapshot.Sample(snapshot =>
    {
        var decision = PlacementPolicy.Decide(snapshot);

        Assert.Equal(snapshot.Candidates.Select(one => one.Silo).Order(), decision.Verdicts.Select(one => one.Silo).Order());
        Assert.Equal(decision.Chosen, Assert.Single(decision.Verdicts, one => one.Reason.StartsWith("Chosen: ", StringComparison.Ordinal)).Silo);
        Assert.Equal(decision.Chosen, decision.Verdicts[0].Silo);
        Assert.All(decision.Verdicts.Skip(1), one => Assert.StartsWith("Not chosen: ", one.Reason, StringComparison.Ordinal));
        Assert.Equal(decision.Verdicts.Select(one => one.Class), decision.Verdicts.Select(one => one.Class).Order());
    });

    [Fact]
    public void Decide_ASiloNotChosenGoes_TheChoiceStays() =>
        Gen.Select(Snapshot, Gen.Int[0, 7]).Sample((snapshot, index) =>
        {
            var decision = PlacementPolicy.Decide(snapshot);
            var goes = decision.Verdicts[index % decision.Verdicts.Length].Silo;
            if (goes != decision.Chosen)
            {
                var rest = snapshot with { Candidates = snapshot.Candidates.RemoveAll(one => one.Silo == goes) };
                Assert.Equal(decision.Chosen, PlacementPolicy.Decide(rest).Chosen);
            }
        });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Decide_TenThousandModelsOverEqualSilos_SpreadEvenly(int count)
    {
        var silos = Equal(count);

        var counts = Enumerable.Range(0, 10_000)
            .CountBy(i => PlacementPolicy.Decide(new PlacementSnapshot($"{i}", 0, silos)).Chosen)
            .Select(one => one.Value)
            .ToList();

        Assert.Equal(count, counts.Count);
        Assert.All(counts, one => Assert.InRange(one, 0.85 * 10_000 / count, 1.15 * 10_000 / count));
    }

    [Fact]
    public void Decide_ASiloMore_TakesItsShareAndMovesNothingElse()
    {
        var (four, five) = (Equal(4), Equal(5));

        var moved = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var before = PlacementPolicy.Decide(new PlacementSnapshot($"{i}", 0, four)).Chosen;
            var after = PlacementPolicy.Decide(new PlacementSnapshot($"{i}", 0, five)).Chosen;
            Assert.True(after == before || after == five[4].Silo);
            moved += after == before ? 0 : 1;
        }

        Assert.InRange(moved, 1700, 2300);
    }

    [Fact]
    public void Decide_ClassesOfSilos_RankRoomUnknownFullTooSmallDraining()
    {
        var decision = PlacementPolicy.Decide(new PlacementSnapshot("m", 50,
        [
            new() { Silo = "drains", IsDraining = true },
            new() { Silo = "small", MaxBytes = 49 },
            new() { Silo = "full", MaxModels = 1, ChargedModels = 1, MaxBytes = 1L << 20, VictimAge = TimeSpan.FromSeconds(3) },
            new() { Silo = "unknown", IsKnown = false },
            new() { Silo = "room", MaxModels = 2, ChargedModels = 1, MaxBytes = 1L << 20 },
        ]));

        Assert.Equal(["room", "unknown", "full", "small", "drains"], decision.Verdicts.Select(one => one.Silo));
        Assert.Equal(
            "Chosen: has room (1 of 2 models, 0B of 1MiB); the least full with room, and among equals first in this model's order of silos.",
            decision.Verdicts[0].Reason);
        Assert.Equal(
            "Not chosen: is full (1 of 1 models, 0B of 1MiB); its next victim was used 3 s ago; the chosen one is better suited.",
            decision.Verdicts[2].Reason);
    }

    [Theory]
    [InlineData(24, "files", "Chosen: has room (0 models, 24B of 100B); it has the model's files on its disk and is not much fuller than others, and among equals it is first in this model's order of silos.")]
    [InlineData(25, "files", "Not chosen: has room (0 models, 0B of 100B); the chosen one has the model's files on its disk, and is not much fuller.")]
    [InlineData(38, "other", "Not chosen: has room (0 models, 38B of 100B); it is fuller than the chosen one.")]
    public void Decide_ASiloHasTheFiles_ItMayBeAQuarterFuller(long charged, string chosen, string reason)
    {
        var decision = PlacementPolicy.Decide(new PlacementSnapshot("m", 1,
        [
            new() { Silo = "other", MaxBytes = 100 },
            new() { Silo = "files", MaxBytes = 100, ChargedBytes = charged, HasFiles = true },
        ]));

        Assert.Equal(chosen, decision.Chosen);
        Assert.Contains(reason, decision.Verdicts.Select(one => one.Reason));
    }

    [Fact]
    public void Decide_AllAreFull_TheOldestVictimComesBeforeFiles()
    {
        SiloCandidate[] full = [Full("old", 100), Full("files", 10) with { HasFiles = true }, Full("young", 10)];

        var verdicts = PlacementPolicy.Decide(new PlacementSnapshot("m", 1, [.. full])).Verdicts;

        Assert.Equal(["old", "files", "young"], verdicts.Select(one => one.Silo));
    }

    [Theory]
    [InlineData(100, 10, "old")]
    [InlineData(149, 10, "old")]
    [InlineData(175, 10, "young")]
    [InlineData(100, 11, "old")]
    [InlineData(100, 18, "young")]
    public void Decide_ModelsAreOnTheirWayToTheOldestVictim_ItCountsAsYoungerByWhatTheyTake(long charged, int models, string chosen)
    {
        var (old, young) = (Full("old", 127) with { MaxModels = 10, ChargedModels = models, MaxBytes = 100, ChargedBytes = charged }, Full("young", 63));

        Assert.Equal(chosen, PlacementPolicy.Decide(new PlacementSnapshot("m", 1, [old, young])).Chosen);
    }

    [Fact]
    public void NextVictimAge_MoreIsOnItsWayThanTheSiloHolds_IsOfAModelThatCameJustNow() =>
        Assert.Equal(TimeSpan.Zero, (Full("s", 60) with { ChargedModels = 5 }).NextVictimAge);

    [Fact]
    public void Decide_BytesNotKnown_ASiloWithoutAByteLeftHasNoRoom()
    {
        var decision = PlacementPolicy.Decide(new PlacementSnapshot("m", 0,
            [new() { Silo = "spent", MaxBytes = 10, ChargedBytes = 10 }, new() { Silo = "left", MaxBytes = 10, ChargedBytes = 9 }]));

        Assert.Equal("left", decision.Chosen);
    }

    [Theory]
    [InlineData(1, false, true, true)]
    [InlineData(1, true, true, false)]
    [InlineData(1, false, false, false)]
    [InlineData(2, false, true, false)]
    public void HasRoom_ASilo_OnlyWhenItIsKnownStaysAndHasRoom(int charged, bool drains, bool known, bool expected)
    {
        var silo = new SiloCandidate { Silo = "s", MaxModels = 2, ChargedModels = charged, IsDraining = drains, IsKnown = known };

        Assert.Equal(expected, PlacementPolicy.HasRoom([silo], 0));
    }

    [Theory]
    [InlineData(1.0, 3.9, false)]
    [InlineData(1.0, 4.0, true)]
    [InlineData(0.1, 2.0, true)]
    [InlineData(null, 0.5, false)]
    [InlineData(null, 1.0, true)]
    [InlineData(1.0, null, false)]
    [InlineData(600.0, 601.0, false)]
    public void HasBetterFullSilo_AllFull_WhenTheOthersVictimIsMoreThanOneBandOlder(double? own, double? other, bool expected) =>
        Assert.Equal(expected, IsBetter(Full("own", own), Full("other", other), 0));

    [Fact]
    public void HasBetterFullSilo_ModelsOnTheirWayThereTakeItsOldVictim_No()
    {
        var other = new SiloCandidate { Silo = "other", MaxModels = 10, ChargedModels = 10, VictimAge = TimeSpan.FromSeconds(100) };

        Assert.True(IsBetter(Full("own", 5), other, 0));
        Assert.False(IsBetter(Full("own", 5), other with { ChargedModels = 20 }, 0));
    }

    [Theory]
    [InlineData(50, 100, true)]
    [InlineData(50, 50, false)]
    [InlineData(100, 100, false)]
    public void HasBetterFullSilo_ModelTooLargeForTheOwnSilo_WhenTheOtherCanHoldIt(long own, long other, bool expected) =>
        Assert.Equal(expected, IsBetter(Full("own", 5) with { MaxBytes = own }, Full("other", null) with { MaxBytes = other }, 60));

    [Fact]
    public void HasBetterFullSilo_TwoSilosAskEachOther_NeverBothSayYes() =>
        Gen.Select(Candidate, Candidate, Gen.Int[0, 60]).Sample((one, other, bytes) =>
            Assert.False(IsBetter(one, other, bytes) && IsBetter(other, one, bytes)));

    [Fact]
    public void Decide_PinnedModelsLeaveNoRoom_AFullSiloIsChosenWhoseVictimIsYounger()
    {
        var pinned = Full("pinned", 500) with { PinnedModels = 1 };
        var large = Full("large", 500) with { MaxBytes = 100, PinnedBytes = 50, ChargedBytes = 100 };
        var decision = PlacementPolicy.Decide(new PlacementSnapshot("m", 60, [pinned, large, Full("full", 1)]));

        Assert.Equal("full", decision.Chosen);
        Assert.All(decision.Verdicts[1..], static verdict => Assert.Equal(CandidateClass.Pinned, verdict.Class));
        Assert.Contains("its pinned models leave no room", decision.Verdicts[1].Reason, StringComparison.Ordinal);
        Assert.True(IsBetter(pinned, Full("full", null), 60));
    }

    private static bool IsBetter(SiloCandidate own, SiloCandidate other, long bytes) =>
        PlacementPolicy.HasBetterFullSilo(own, [other], bytes);

    private static TimeSpan? Seconds(double? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;

    private static SiloCandidate Full(string silo, double? victim) =>
        new() { Silo = silo, MaxModels = 1, ChargedModels = 1, VictimAge = Seconds(victim) };

    private static ImmutableArray<SiloCandidate> Equal(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SiloCandidate { Silo = $"127.0.0.1:{11111 + i}@138{i}12345", MaxModels = 100 })];

    private static SiloCandidate Chosen(PlacementSnapshot snapshot) =>
        snapshot.Candidates.Single(one => one.Silo == PlacementPolicy.Decide(snapshot).Chosen);

    private static bool HasRoom(SiloCandidate one, long bytes) =>
        one is { IsKnown: true, IsDraining: false } && (one.MaxModels < 0 || one.ChargedModels < one.MaxModels)
        && one.MaxBytes > one.ChargedBytes && one.MaxBytes - one.ChargedBytes >= bytes;

    // Files are worth two steps.
    private static int Steps(SiloCandidate one) => Eighths(one) - (one.HasFiles ? 2 : 0);

    private static int Eighths(SiloCandidate one) => (int)(8 * Math.Max(
        one.MaxModels < 0 ? 0 : (double)one.ChargedModels / one.MaxModels, (double)one.ChargedBytes / one.MaxBytes));
}
