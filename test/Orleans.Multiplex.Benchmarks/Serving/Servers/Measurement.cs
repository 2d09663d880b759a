using Orleans.Multiplex.LoadGenerator;

namespace Orleans.Multiplex.Benchmarks.Serving.Servers;

/// <summary>What came of a load on a server.</summary>
/// <param name="Result">What the generator says.</param>
/// <param name="ProcessorTime">What the server's processes took meanwhile.</param>
internal sealed record Measurement(LoadResult Result, TimeSpan ProcessorTime)
{
    public double PerSecond => Result.RightPerSecond;

    /// <summary>Microseconds of the server's processor time for each right answer.</summary>
    public double CpuMicroseconds => ProcessorTime.TotalMicroseconds / Math.Max(1, Result.Right);
}
