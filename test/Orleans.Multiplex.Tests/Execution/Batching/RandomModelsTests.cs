using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.OnnxRuntime;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>That requests run together shows nowhere: random models and random mixes of requests, each answer as alone.</summary>
public sealed class RandomModelsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Run_RandomModelsAndRequests_EachAnswerIsAsAlone(int seed)
    {
#pragma warning disable CA5394 // The same each time.
        var random = new Random(seed);
        var width = random.Next(1, 40);
        var file = seed % 2 == 0 ? RowModels.Mlp(width, random.Next(1, 200), seed) : RowModels.Mixing.Values.ElementAt(random.Next(RowModels.Mixing.Count));
        using var session = await ModelOnDisk.OpenAsync(file);
        using var silo = new TestSilo();
        var pool = new PoisoningPool();
        using var scheduler = new InferenceScheduler(new(2, 4096, 4096, TimeSpan.FromSeconds(1)), "silo-1", TimeProvider.System, NullLogger.Instance);
        var runner = new InferenceRunner(scheduler, new BatchLimits(random.Next(2, 40), TimeSpan.FromMilliseconds(5)), pool, new StepClock(), NullLogger.Instance);
        var resident = silo.Reside("m", model: session);
        var shape = session.Signature.Inputs[0].Shape;
        var requests = Enumerable.Range(0, 400).Select(_ => Make(random, shape)).ToList();
#pragma warning restore CA5394
        var alone = requests.ConvertAll(request => session.Run(request, TestContext.Current.CancellationToken).Outputs);

        // The second that comes has it tried, since it may wait for company, and the first has shown that it does not take long.
        await RunAsync(requests[0]);
        await WaitUntilMeasuredAsync();
        await RunAsync(requests[1]);
        while (runner.FindVerdict(resident) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        var together = 0;
        for (var round = 0; round < 5; round++)
        {
            var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(() => RunAsync(request)))).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            together += outcomes.Count(static outcome => outcome.Share.RunRows > outcome.Share.Rows);
            Assert.All(outcomes, (outcome, i) => Assert.True(RowComparison.AreEqual(alone[i], outcome.Outputs), $"round {round}, request {i}"));
        }

        // The others mix rows.
        Assert.Equal(seed % 2 == 0, together > 0);
        await resident.WhenUnusedAsync();

        async Task WaitUntilMeasuredAsync()
        {
            while (!scheduler.GetRuns(resident, "m").Cost.IsKnown)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }

        async Task<InferenceOutcome> RunAsync(InferenceRequest request)
        {
            using var lease = TestSilo.Use(resident);
            return await runner.RunAsync(lease, request, admission: null, Minute, CancellationToken.None, CancellationToken.None);
        }
    }

    private static InferenceRequest Make(Random random, IReadOnlyList<long> shape)
    {
#pragma warning disable CA5394 // The same each time.
        long[] dimensions = [random.Next(1, 4), .. shape.Skip(1)];
        var values = Enumerable.Range(0, (int)dimensions.Aggregate(1L, static (product, dimension) => product * dimension))
            .Select(_ => (random.NextSingle() * 20) - 10).ToArray();
#pragma warning restore CA5394
        return new InferenceRequest([Tensor.Create("x", values, dimensions)]);
    }
}
