using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.OnnxRuntime;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>Very many requests of several models at once, some of whose callers go: none gets what belongs to another.</summary>
public sealed class TaggedRequestsTests
{
    private const int Callers = 64;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task Run_HundredThousandTaggedRequestsWithAborts_NoAnswerHoldsAForeignTag(int maxRows)
    {
        using var silo = new TestSilo();
        var pool = new PoisoningPool();
        using var scheduler = new InferenceScheduler(new(2, 4096, 4096, TimeSpan.FromSeconds(1)), "silo-1", TimeProvider.System, silo.Log);
        // Such short runs would not wait for company by themselves.
        var delay = maxRows > 1 ? TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
        var runner = new InferenceRunner(scheduler, new BatchLimits(maxRows, delay), pool, TimeProvider.System, silo.Log);
        using var first = await ModelOnDisk.OpenAsync(RowModels.Affine(1, 0));
        using var second = await ModelOnDisk.OpenAsync(RowModels.Affine(2, 1));
        var models = new[] { (silo.Reside("a", model: first), 1f, 0f), (silo.Reside("b", model: second), 2f, 1f) };
        var (answers, aborted, together) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller)))).WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);

        Assert.Equal(Callers * 1600, answers + aborted);
        Assert.InRange(aborted, 1, Callers * 800);
        Assert.Equal(maxRows > 1, together > 0);
        await Task.WhenAll(models.Select(static model => model.Item1.WhenUnusedAsync()));
        Assert.Equal(0, pool.Rented);

        async Task CallAsync(int caller)
        {
#pragma warning disable CA5394 // The same each time.
            var random = new Random(caller);
            for (var i = 0; i < 1600; i++)
            {
                var (resident, scale, offset) = models[random.Next(models.Length)];
                var rows = random.Next(1, 4);
                float[] x = [.. Enumerable.Range(0, rows * 4).Select(element => (caller * 4096) + (i % 64 * 64) + element)];
                using var abort = new CancellationTokenSource();
#pragma warning disable CA2025 // It is awaited below.
                using var lease = TestSilo.Use(resident);
                var run = runner.RunAsync(lease, new InferenceRequest([Tensor.Create("x", x, rows, 4)]), admission: null, Minute, abort.Token, abort.Token);
#pragma warning restore CA2025
                if (random.Next(10) == 0)
                {
                    await abort.CancelAsync();
                }
#pragma warning restore CA5394

                try
                {
                    var outcome = await run;
                    var y = ((Tensor)outcome.Outputs[0]).AsSpan<float>().ToArray();
                    Assert.Equal(x.Select(value => (value * scale) + offset), y);
                    Interlocked.Increment(ref answers);
                    Interlocked.Add(ref together, outcome.Share.RunRows > rows ? 1 : 0);
                }
                catch (OperationCanceledException) when (abort.IsCancellationRequested)
                {
                    Interlocked.Increment(ref aborted);
                }
            }
        }
    }
}
