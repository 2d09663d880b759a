using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution.Batching;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>When it is tried, and tried again, whether requests for a model may run together.</summary>
public sealed class ModelBatchingTests
{
    private static readonly BatchVerdict DoesNotPay = new(false, "rows take no less time", MayChange: true);

    private readonly FakeTimeProvider _time = new();
    private readonly ModelBatching _batching;

    public ModelBatchingTests() => _batching = new ModelBatching(new RowSession(), new BatchLimits(8, TimeSpan.Zero), ArrayPool<byte>.Shared, _time, static _ => { });

    [Fact]
    public void Try_DidNotPay_IsTriedAgainAfterPausesThatGrowAndThenNoMore()
    {
        foreach (var pause in (double[])[1, 2, 4])
        {
            Try(DoesNotPay);

            _time.Advance(TimeSpan.FromSeconds(pause - 0.1));
            Assert.False(_batching.IsUnknown);
            _time.Advance(TimeSpan.FromSeconds(0.2));
            Assert.True(_batching.IsUnknown);
            Assert.Equal(DoesNotPay, _batching.Verdict);
        }

        Try(DoesNotPay);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(_batching.IsUnknown);
        Assert.False(_batching.IsProven);
    }

    [Fact]
    public void Try_MixesRows_IsNeverTriedAgain()
    {
        Try(BatchVerdict.No("what a row gives depends on other rows"));

        _time.Advance(TimeSpan.FromDays(1));

        Assert.False(_batching.IsUnknown);
        Assert.False(_batching.TryBeginTrial());
    }

    [Fact]
    public void Try_PaysAtTheSecondTime_IsProven()
    {
        Try(DoesNotPay);
        _time.Advance(TimeSpan.FromMinutes(1));

        Try(new BatchVerdict(true, "pays"));

        Assert.True(_batching.IsProven);
        Assert.Equal("pays", _batching.Verdict!.Reason);
    }

    [Fact]
    public void Try_IsBrokenOff_KeepsWhatWasKnown()
    {
        Try(DoesNotPay);
        _time.Advance(TimeSpan.FromMinutes(1));

        Try(null);

        Assert.Equal(DoesNotPay, _batching.Verdict);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(_batching.IsUnknown);
    }

    private void Try(BatchVerdict? verdict)
    {
        Assert.True(_batching.IsUnknown);
        Assert.True(_batching.TryBeginTrial());
        Assert.False(_batching.TryBeginTrial());
        Assert.True(_batching.IsTrying);
        _batching.EndTrial(verdict);
        Assert.False(_batching.IsTrying);
    }
}
