using CsCheck;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Tests.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency.Quarantine;

public sealed class QuarantineTableTests
{
    private static readonly Gen<QuarantineTable> Tables = Gen.Select(Gen.OneOfConst("1", "2", "3"), Gen.Int[0, 2], Gen.Bool)
        .Array[0, 6]
        .Select(entries => QuarantineTable.Empty.With(entries.Select(entry => Entries.Make(entry.Item1, beside: entry.Item2, isCleared: entry.Item3))));

    [Fact]
    public void Merge_IsCommutativeAssociativeAndIdempotent() => Gen.Select(Tables, Tables, Tables).Sample((a, b, c) =>
    {
        Assert.Equal(Text(a.Merge(b)), Text(b.Merge(a)));
        Assert.Equal(Text(a.Merge(b).Merge(c)), Text(a.Merge(b.Merge(c))));
        Assert.Same(a, a.Merge(a));
        var merged = a.Merge(b).Merge(c);
        Assert.Same(merged, merged.Merge(b).Merge(a));
    });

    [Fact]
    public void Merge_ClearedSomewhere_IsTheLastWord() => Gen.Select(Tables, Tables).Sample((a, b) =>
        Assert.Equal(
            a.Entries.Values.Concat(b.Entries.Values).Where(entry => entry.IsCleared).Select(entry => entry.Mark.Id).Distinct().Order(),
            a.Merge(b).Entries.Values.Where(entry => entry.IsCleared).Select(entry => entry.Mark.Id).Order()));

    [Fact]
    public void With_AnotherOpeningOfTheSameVersion_HoldsThoughTheFirstWasCleared()
    {
        var table = QuarantineTable.Empty.With([Entries.Make("1", isCleared: true), Entries.Make("2"), Entries.Make("1")]);

        Assert.Equal(["2"], table.Holding.Select(entry => entry.Mark.Id));
    }

    [Fact]
    public void With_ManyCleared_ForgetsTheOldestOfThemAndNoneThatHolds()
    {
        var table = QuarantineTable.Empty.With(Enumerable.Range(0, 1100)
            .Select(i => Entries.Make($"c{i}", isCleared: true, at: Entries.At.AddSeconds(i)))
            .Append(Entries.Make("held", at: Entries.At.AddDays(-1))));

        Assert.Equal(QuarantineTable.Most + 1, table.Entries.Count);
        Assert.Contains("held", table.Entries.Keys);
        Assert.DoesNotContain("c99", table.Entries.Keys);
        Assert.Contains("c100", table.Entries.Keys);
    }

    private static string Text(QuarantineTable table) =>
        string.Join(' ', table.Entries.Values.OrderBy(entry => entry.Mark.Id).Select(entry => $"{entry.Mark.Id}:{entry.Beside}:{entry.IsCleared}"));
}
