using System.Collections.Immutable;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

public sealed class CheckResultTests
{
    private static readonly JobLimits Limits = new(TimeSpan.FromSeconds(30), 1000);

    [Theory]
    [InlineData("Good", 100, 1_000_000, true)]
    [InlineData("Crashed", 100, 1_000_000, true)]
    [InlineData("TooSlow", 30, 1_000_000, true)]
    [InlineData("TooSlow", 31, 1, false)]
    [InlineData("TooLarge", 100, 1000, true)]
    [InlineData("TooLarge", 1, 1001, false)]
    public void HoldsFor_OtherLimits_OnlyWhereTheSameWouldComeOut(string verdict, int seconds, long bytes, bool holds)
    {
        var result = new CheckResult(Enum.Parse<CheckVerdict>(verdict), true, 1, 2, 3, null, false, Limits.Time.TotalSeconds, Limits.Bytes);

        Assert.Equal(holds, result.HoldsFor(new JobLimits(TimeSpan.FromSeconds(seconds), bytes)));
    }

    [Fact]
    public void Memory_OfAGoodModel_IsTheMostOfTheHeapAndWhatIsMapped()
    {
        var result = new CheckResult(CheckVerdict.Good, true, 1000, 1500, 300, null, true, 30, 1000);

        Assert.Equal(new TriedOriginal(new ModelMemory(1500 + 4096, 300), IsInPlace: true), result.Tried);
        Assert.Equal(new ModelMemory(1000 + 4096), (result with { RanBytes = null, MappedBytes = null }).Tried!.Memory);
        Assert.Null((result with { Verdict = CheckVerdict.Crashed }).Tried);
        Assert.Equal(new TriedOriginal(null, IsInPlace: true), (result with { LoadedBytes = null }).Tried);
    }

    [Fact]
    public void Key_AnyFileOfTheVersion_MakesAnother()
    {
        var files = ImmutableDictionary<string, string>.Empty.Add("model.onnx", "1").Add("weights.bin", "2");

        Assert.Equal(CheckKey.Of(files), CheckKey.Of(ImmutableDictionary<string, string>.Empty.Add("weights.bin", "2").Add("model.onnx", "1")));
        Assert.NotEqual(CheckKey.Of(files), CheckKey.Of(files.SetItem("weights.bin", "3")));
        Assert.NotEqual(CheckKey.Of(files), CheckKey.Of(files.Remove("weights.bin")));
    }

    [Theory]
    [InlineData("7f0000000000-7f0000001000 r--p 00000000 08:01 12 /x", 4096)]
    [InlineData("nonsense", 0)]
    public void MeasureLine_OfTheListOfMappings_IsItsLength(string line, long bytes) => Assert.Equal(bytes, FileMappings.MeasureLine(line));
}
