namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>A clock that goes thirty times slower than its timers: what a busy machine may take then passes for what an idle one takes.</summary>
internal sealed class SlowClock : TimeProvider
{
    private const int Slowness = 30;

    public override long GetTimestamp() => System.GetTimestamp() / Slowness;
}
