using Orleans.Multiplex.S3.Listing;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Listing;

public sealed class PageCutTests
{
    [Fact]
    public void Of_LastPage_HasEveryFolderWhole() => Check(isLast: true, ["a-b/m", "a/m", "a/n", "c"], whole: ["a", "a-b"], open: [], next: null);

    [Fact]
    public void Of_PageThatGoesOn_LeavesItsLastFolderOpen() => Check(false, ["a/m", "b/m", "c/m"], whole: ["a", "b"], open: ["c"], next: "c0");

    [Fact]
    public void Of_NamesThatComeLaterAndBelongBefore_AreOpen() =>
        Check(false, ["a-b/m", "a-b.c/m"], whole: ["a-b"], open: ["a", "a-b.c"], next: "a-b.c0");

    [Fact]
    public void Of_FileAtTheEnd_LeavesOnlyWhatItsNameBeginsWithOpen() => Check(false, ["a/m", "b-c.txt"], whole: ["a"], open: ["b", "b-c"], next: "b-c.txt");

    [Fact]
    public void Of_EmptyPage_IsTheEnd() => Check(false, [], whole: [], open: [], next: null);

    private static void Check(bool isLast, string[] keys, string[] whole, string[] open, string? next)
    {
        var cut = PageCut.Of(new KeyPage([.. keys.Select(static key => new StoredObject(key, 1, "e"))], [], isLast));

        Assert.Equal(whole, cut.Whole.Keys);
        Assert.Equal(open, cut.Open);
        Assert.Equal(next, cut.GoOnAfter);
    }
}
