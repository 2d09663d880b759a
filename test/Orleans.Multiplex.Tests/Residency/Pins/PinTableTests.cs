using CsCheck;
using Orleans.Multiplex.Residency.Pins;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency.Pins;

public sealed class PinTableTests
{
    private static readonly Gen<PinTable> Tables = Gen.Select(Gen.OneOfConst("a", "b", "c"), Gen.Long[1, 4], Gen.Bool)
        .Array[0, 6]
        .Select(marks => marks.Aggregate(
            PinTable.Empty,
            (table, mark) => table.Merge(new PinTable(PinTable.Empty.Marks.Add(mark.Item1, new PinMark(mark.Item2, mark.Item3))))));

    [Fact]
    public void With_LastWordCounts()
    {
        var table = PinTable.Empty.With("a", true).With("b", true).With("a", false);

        Assert.Equal(["b"], table.Pinned);
        Assert.False(table.IsPinned("a"));
        Assert.True(table.With("a", true).IsPinned("a"));
    }

    [Fact]
    public void Merge_InAnyOrderAndHoweverOften_ComesToTheSame() => Gen.Select(Tables, Tables, Tables).Sample((a, b, c) =>
    {
        var merged = Text(a.Merge(b).Merge(c));
        Assert.Equal(merged, Text(c.Merge(a).Merge(b)));
        Assert.Equal(merged, Text(b.Merge(c.Merge(a)).Merge(a).Merge(b)));
    });

    [Fact]
    public void Merge_NothingNew_IsTheVeryTable()
    {
        var table = PinTable.Empty.With("a", true).With("b", false);

        Assert.Same(table, table.Merge(table.Merge(PinTable.Empty)));
    }

    [Fact]
    public void Merge_OlderWord_ChangesNothing()
    {
        var old = PinTable.Empty.With("a", true);
        var unpinned = old.With("a", false);

        Assert.False(unpinned.Merge(old).IsPinned("a"));
        Assert.False(old.Merge(unpinned).IsPinned("a"));
    }

    [Fact]
    public void With_ManyUnpinned_ForgetsTheOldest()
    {
        var table = PinTable.Empty.With("kept", true);
        for (var i = 0; i < 1100; i++)
        {
            table = table.With($"m{i}", false);
        }

        Assert.Equal(1001, table.Marks.Count);
        Assert.True(table.IsPinned("kept"));
        Assert.DoesNotContain("m99", table.Marks.Keys);
        Assert.Contains("m100", table.Marks.Keys);
    }

    private static string Text(PinTable table) =>
        string.Join(' ', table.Marks.OrderBy(static mark => mark.Key, StringComparer.Ordinal).Select(static mark => $"{mark.Key}:{mark.Value.Stamp}:{mark.Value.IsPinned}"));
}
