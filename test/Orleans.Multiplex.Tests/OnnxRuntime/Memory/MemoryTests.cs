using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Memory;

public sealed class MemoryTests
{
    private const long MB = 1 << 20;

    [Theory]
    [InlineData(Opening.Read, 101_000, 0)]
    [InlineData(Opening.Mapped, 21_000, 99_000)]
    [InlineData(Opening.Unpacked, 1_000, 99_000)]
    public void OfPrepared_EachOpening_TellsHeapFromMapped(object opening, long heap, long mapped)
    {
        var original = new FileFacts(new ModelFacts(new ModelSignature("", [], []), 101_000), 100_500, new WeightUse(100_000, 20_000), MakesNothing: false);

        Assert.Equal(new ModelMemory(heap, mapped), SessionMemory.OfPrepared((Opening)opening, original, fileBytes: 99_000));
        Assert.Equal(new ModelMemory(101_000), SessionMemory.OfOriginal(original));
    }

    [Theory]
    [InlineData(0, 100, 100, false)]
    [InlineData(1, 100, 4.9, false)]
    [InlineData(1, 100, 5, true)]
    [InlineData(48 * MB, 1, 0, true)]
    [InlineData(48 * MB, 0.9, 0.9, false)]
    [InlineData((48 * MB) - 1, 100, 0, false)]
    public void Pays_ByWhatWasFreedAndWhen_AsTheTableSays(long freed, double sinceTrim, double sinceFreed, bool expected) =>
        Assert.Equal(expected, TrimRule.Pays(freed, TimeSpan.FromSeconds(sinceTrim), TimeSpan.FromSeconds(sinceFreed)));

    [Fact]
    public void Freed_Much_IsGivenBackWithinASecondAndOnce()
    {
        var time = new FakeTimeProvider();
        var trims = 0;
        using var trimmer = new HeapTrimmer(time, () => trims++);

        trimmer.Freed(400 * MB);
        Assert.Equal(0, trims);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, trims);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, trims);
    }

    [Fact]
    public void Freed_AgainAndAgain_IsGivenBackAtMostOnceASecond()
    {
        var time = new FakeTimeProvider();
        var trims = 0;
        using var trimmer = new HeapTrimmer(time, () => trims++);

        for (var i = 0; i < 100; i++)
        {
            trimmer.Freed(100 * MB);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(trims, 5, 10);
    }

    [Fact]
    public void Freed_Little_IsGivenBackWhenNothingMoreComes()
    {
        var time = new FakeTimeProvider();
        var trims = 0;
        using var trimmer = new HeapTrimmer(time, () => trims++);

        trimmer.Freed(MB);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, trims);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, trims);
    }

    [Theory]
    [InlineData("Name:\tx\nRssAnon:\t    1234 kB\nRssFile:\t 5 kB\n", 1234L * 1024)]
    [InlineData("RssAnonymous:\t 1 kB\n", null)]
    [InlineData("RssAnon:\t x kB\n", null)]
    [InlineData("", null)]
    public void FindBytes_TextOfStatus_IsRead(string status, long? expected) => Assert.Equal(expected, ProcessMemory.FindBytes(status, "RssAnon"));

    [Fact]
    public void Read_ThisProcess_TellsPlausibleNumbers()
    {
        Assert.InRange(ProcessMemory.ReadAnonymousBytes()!.Value, MB, 1L << 40);
        Assert.InRange(ProcessMemory.ReadResidentBytes()!.Value, ProcessMemory.ReadAnonymousBytes()!.Value / 2, 1L << 40);
        Assert.InRange(ProcessMemory.ReadHeapBytes()!.Value, 1, 1L << 40);
        Assert.True(HeapTrim.Run());
    }
}
