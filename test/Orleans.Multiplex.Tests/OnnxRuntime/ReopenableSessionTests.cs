using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.OnnxRuntime.Preparation;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>A real model that multiplies a lot, opened unpacked and then packed while it answers.</summary>
public sealed class ReopenableSessionTests : IDisposable
{
    private const int Width = 256;

    private readonly PreparedFolder _folder = new(path => LargeModels.WriteLayers(path, Width, 2, "MatMul"));
    private readonly PreparedModel _model;
    private int _freed;
    private int _opened;

    // What it takes is not measured here, where other tests take memory at the same time.
    public ReopenableSessionTests() => _model = _folder.PrepareWell() with { HeapBytes = 10_000, PackedHeapBytes = 600_000 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void WarmUp_RunsTheModel()
    {
        using var session = Open();

        Assert.Throws<OperationCanceledException>(() => session.WarmUp(new CancellationToken(canceled: true)));
        session.WarmUp(Token);
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(3, 32)]
    [InlineData(4, 4)]
    [InlineData(100, 4)]
    public void Run_OftenOrInBatches_TellsOnceThatItPays(int rows, int runs)
    {
        using var session = Open();
        var told = 0;
        session.WhenReopeningPays(() => told++);
        for (var i = 1; i < runs; i++)
        {
            Run(session, rows);
        }

        Assert.Equal(0, told);
        Run(session, rows);
        Run(session, rows);
        Assert.Equal(1, told);

        // Set anew, it starts to count anew.
        session.WhenReopeningPays(() => told++);
        Run(session, 1);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Reopen_WhileItRuns_EveryRunAnswersTheSameAndTheFirstOpeningGoes()
    {
        using var session = Open();
        var expected = Run(session, 8);
        Assert.Equal(10_000, session.HeapBytes);
        using var stop = new CancellationTokenSource();
        var runs = 0;
        var running = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                AssertClose(expected, Run(session, 8));
                Interlocked.Increment(ref runs);
            }
        })).ToList();

        await session.ReopenAsync(Token).Soon();

        Assert.Equal((1, 1), (_freed, _opened));
        var before = Volatile.Read(ref runs);
        while (Volatile.Read(ref runs) < before + 20)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        Assert.Equal(600_000, session.HeapBytes);
        session.Dispose();
        Assert.Equal(2, _freed);
    }

    [Fact]
    public void Run_FileGone_NeverTellsThatItPays()
    {
        using var session = Open();
        var told = 0;
        session.WhenReopeningPays(() => told++);
        Directory.Delete(_folder.Target, recursive: true);

        for (var i = 0; i < 100; i++)
        {
            Run(session, 1);
        }

        Assert.Equal((0, (Reopening?)null), (told, session.Next));
    }

    [Fact]
    public async Task Reopen_FileGone_FailsAndTheFirstOpeningGoesOn()
    {
        using var session = Open();
        Directory.Delete(_folder.Target, recursive: true);

        await Assert.ThrowsAnyAsync<Exception>(() => session.ReopenAsync(Token));

        Assert.Equal(Width * 2, Run(session, 2).Length);
        Assert.Equal(0, _freed);
    }

    public void Dispose() => _folder.Dispose();

    private ReopenableSession Open()
    {
        var hooks = new SessionHooks(OnFreed: _ => Interlocked.Increment(ref _freed));
        var first = PreparedOpening.Open("m", _model, Opening.Unpacked, hooks, TimeProvider.System, Token);
        var packed = new Reopening("packed", _model.GetMemory(Opening.Mapped), IsOfSameFile: true);
        return new ReopenableSession(new Opened(first, new NextOpening(packed, PackingRule.Enough, () => Directory.Exists(_folder.Target), token =>
        {
            var second = PreparedOpening.Open("m", _model, Opening.Mapped, hooks, TimeProvider.System, token);
            _opened++;
            return new Opened(second);
        })));
    }

    private static float[] Run(IInferenceSession session, int rows)
    {
        var input = Tensor.Create("x", [.. Enumerable.Range(0, rows * Width).Select(i => (i % 7) / 7f)], rows, Width);
        return ((Tensor)session.Run(new InferenceRequest([input]), Token).Outputs[0]).AsSpan<float>().ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-4f);
        }
    }
}
