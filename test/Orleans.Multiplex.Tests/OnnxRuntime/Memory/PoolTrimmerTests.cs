using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Memory;

public sealed class PoolTrimmerTests : IDisposable
{
    private const long MB = 1 << 20;

    private readonly FakeTimeProvider _time = new();
    private readonly List<long> _freed = [];
    private readonly PoolTrimmer _trimmer;
    private long _pool;
    private int _looks;

    public PoolTrimmerTests() => _trimmer = new PoolTrimmer(
        _time,
        () =>
        {
            _looks++;
            return _pool;
        },
        () => _pool = MB,
        _freed.Add);

    public void Dispose() => _trimmer.Dispose();

    [Fact]
    public void Ran_WhatTookMuch_IsGivenBackAtTheNextLook()
    {
        _pool = 500 * MB;
        _trimmer.Ran();
        Assert.Empty(_freed);

        _time.Advance(PoolTrimmer.Interval);

        Assert.Equal([499 * MB], _freed);
    }

    [Fact]
    public void Ran_WhatTookLittle_IsKeptForTheNextRun()
    {
        _pool = PoolTrimmer.KeptBytes;
        _trimmer.Ran();
        _time.Advance(PoolTrimmer.Interval);

        Assert.Empty(_freed);
        Assert.Equal(1, _looks);
    }

    [Fact]
    public void Ran_NothingMore_IsNotLookedAtAnyMore()
    {
        _trimmer.Ran();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _looks);

        _pool = 100 * MB;
        _trimmer.Ran();
        _time.Advance(PoolTrimmer.Interval);
        Assert.Equal([99 * MB], _freed);
    }

    [Fact]
    public void Run_OfMuch_TellsAndTheRealPoolIsDrained()
    {
        const int Elements = 64 << 20;
        NativeEnvironment.Start(NullLogger.Instance);
        var runs = 0;
        using (var session = Open(new SessionHooks(OnRan: () => runs++)))
        {
            session.Run(new InferenceRequest([Tensor.Create("x", new float[Elements], Elements)]), CancellationToken.None);
        }

        Assert.Equal(1, runs);
        Assert.InRange(RunPool.Measure(), (long)Elements * sizeof(float), long.MaxValue);

        // Others may run small models beside this.
        RunPool.Drain();
        Assert.InRange(RunPool.Measure(), 0, (long)Elements * sizeof(float) / 2);
    }

    private static OnnxSession Open(SessionHooks hooks)
    {
        using var settings = SessionSettings.Create(RunPool.Model.Length);
        var signature = new ModelSignature(
            "", [new ValueSpec("x", ValueKind.Tensor, TensorType.Float32, [-1], IsOptional: false)], [new ValueSpec("y", ValueKind.Tensor, TensorType.Float32, [-1], IsOptional: false)]);
        return new OnnxSession(new OpenedModel("m", signature, MakesNothing: false, default), RunPool.Model, settings, null, hooks, TimeProvider.System);
    }
}
