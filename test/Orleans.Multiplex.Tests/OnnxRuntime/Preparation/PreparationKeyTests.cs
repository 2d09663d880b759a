using Orleans.Multiplex.OnnxRuntime.Preparation;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

public sealed class PreparationKeyTests
{
    private static readonly PreparationTarget Target = new("1.31.1", "X64 avx2", 1);

    [Fact]
    public void Of_TheSame_IsTheSameNameOfAFile()
    {
        var key = PreparationKey.Of("digest", Target);

        Assert.Equal(key, PreparationKey.Of("digest", Target with { }));
        Assert.Matches("^[0-9a-f]{64}$", key);
    }

    [Fact]
    public void Of_AnyPartChanged_IsAnother() =>
        Assert.Equal(5, new[]
        {
            PreparationKey.Of("digest", Target),
            PreparationKey.Of("digest2", Target),
            PreparationKey.Of("digest", Target with { Runtime = "1.31.2" }),
            PreparationKey.Of("digest", Target with { Processor = "X64 avx2 avx512f" }),
            PreparationKey.Of("digest", Target with { Options = 2 }),
        }.Distinct().Count());

    [Fact]
    public void Current_IsThisRuntimeAndProcessor()
    {
        Assert.Matches(@"^1\.\d+\.\d+", PreparationTarget.Current.Runtime);
        Assert.Matches("^(X64|Arm64)( [a-z0-9.]+)*$", PreparationTarget.Current.Processor);
    }
}
