using System.Diagnostics;
using Orleans.Multiplex.Testing.Traces;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Traces;

/// <summary>The spans of loads, and of what is evicted for them.</summary>
public sealed class LoadTraceTests : IDisposable
{
    private readonly RecordedSpans _spans = new(rootModel: "of nobody");

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task Load_BegunByARequest_IsBelowItWithItsStepsOneAfterTheOther()
    {
        var store = new FakeStore();
        using var silo = new TestSilo(store: store);
        silo.Opener.Measure = static (_, _) => new(50L);
        using var request = _spans.Begin();

        await silo.LoadAsync("m", manifest: FakeStore.Manifest("m"));

        var load = _spans.One("load model");
        Assert.Equal((request.TraceId, request.SpanId, ActivityStatusCode.Unset), (load.TraceId, load.ParentSpanId, load.Status));
        Assert.Equal(("m", "A", 50L), (load.GetTagItem("multiplex.model"), load.GetTagItem("multiplex.pool"), load.GetTagItem("multiplex.bytes")));
        Assert.Equal(
            ["wait for turn", "fetch files", "read settings", "check model", "reserve room", "open model", "measure model"],
            _spans.Ended.Where(span => span.ParentSpanId == load.SpanId).Select(static span => span.OperationName));
        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public async Task Load_ThatNobodysTraceBegan_IsATraceOfItsOwn()
    {
        using var silo = new TestSilo();
        Activity.Current = null;

        await silo.LoadAsync("of nobody");

        Assert.Equal(default, _spans.One("load model").ParentSpanId);
    }

    [Fact]
    public async Task Load_BegunInATraceThatIsNotRecorded_HasNoSpans()
    {
        using var silo = new TestSilo();
        using var request = _spans.Begin(isRecorded: false);

        await silo.LoadAsync("of nobody");

        Assert.Empty(_spans.Ended);
    }

    [Fact]
    public async Task Load_StepOfUsersCode_SeesTheStepsSpanAndNothingElseOfItsBeginner()
    {
        var context = new AsyncLocal<string> { Value = "the beginner's" };
        using var silo = new TestSilo();
        (Activity? Span, string? Context) seen = default;
        silo.Opener.Open = async (artifact, _) =>
        {
            await Task.Yield();
            seen = (Activity.Current, context.Value);
            return new TrackedModel(artifact.Id);
        };
        using var request = _spans.Begin();

        await silo.LoadAsync("m");

        Assert.Same(_spans.One("open model"), seen.Span);
        Assert.Null(seen.Context);
    }

    [Fact]
    public async Task Load_StepFails_IsSaidOfTheStepAndOfTheLoad()
    {
        using var silo = new TestSilo();
        silo.Opener.Open = static (_, _) => throw new InvalidDataException("no model");
        using var request = _spans.Begin();

        await silo.LoadAsync("m");

        var (load, open) = (_spans.One("load model"), _spans.One("open model"));
        Assert.Equal((ActivityStatusCode.Error, ActivityStatusCode.Error), (load.Status, open.Status));
        Assert.Equal(("broken", "broken"), (load.GetTagItem("error.type"), open.GetTagItem("error.type")));
        Assert.Contains("no model", load.StatusDescription, StringComparison.Ordinal);
        Assert.Equal(ActivityStatusCode.Unset, _spans.One("reserve room").Status);
        Assert.Empty(_spans.Find("measure model"));
    }

    [Fact]
    public async Task Load_EvictsAnother_ThatIsBelowItsWaitForRoom()
    {
        using var silo = new TestSilo(maxModels: 1);
        silo.Reside("old");
        using var request = _spans.Begin();

        await silo.LoadAsync("m");

        var evict = _spans.One("evict model");
        Assert.Equal((_spans.One("reserve room").SpanId, "old", "quota"), (evict.ParentSpanId, evict.GetTagItem("multiplex.model"), evict.GetTagItem("multiplex.reason")));
    }

    [Fact]
    public async Task Load_WaitsForAModelInUse_WhoeverLetsItGoIsNotTheOneItGoesFor()
    {
        using var silo = new TestSilo(maxModels: 1);
        var used = silo.Reside("old");
        var lease = TestSilo.Use(used);
        using var loading = _spans.Begin();
        var resident = silo.Enter("m");
        await UntilItWaitsAsync(silo);

        using var other = _spans.Begin();
        lease.Dispose();
        await resident.WhenLoaded.Soon();

        Assert.Equal(loading.TraceId, _spans.One("evict model").TraceId);
    }

    private static async Task UntilItWaitsAsync(TestSilo silo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!silo.Quota.HasWaiting)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
