using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class SessionTests
{
    [Fact]
    public async Task Run_ManyThreadsOnOneSession_EachGetsItsOwnAnswer()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Affine(3, 1));

        await Parallel.ForAsync(0, 2_000, TestContext.Current.CancellationToken, (i, _) =>
        {
            var rows = (i % 7) + 1;
            var values = Enumerable.Range(0, rows * 4).Select(j => (float)(i + j)).ToArray();

            var output = session.RunToTensor(Tensor.Create("x", values, rows, 4));

            Assert.Equal(values.Select(value => (value * 3) + 1), output.AsSpan<float>().ToArray());
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public async Task Run_AnswerAfterTheSessionIsGone_IsStillTheSame()
    {
        Tensor output;
        using (var session = await ModelOnDisk.OpenAsync(TestModels.Affine(2, 0)))
        {
            var input = Tensor.Create("x", Enumerable.Range(0, 40_000).Select(i => (float)i).ToArray(), 10_000, 4);
            output = session.RunToTensor(input);
            session.RunToTensor(Tensor.Create("x", new float[40_000], 10_000, 4));
        }

        using (var other = await ModelOnDisk.OpenAsync(TestModels.Affine(0, -1)))
        {
            other.RunToTensor(Tensor.Create("x", new float[40_000], 10_000, 4));
        }

        Assert.Equal(Enumerable.Range(0, 40_000).Select(i => i * 2f), output.AsSpan<float>().ToArray());
    }

    [Fact]
    public async Task Run_AnyBatch_AnswersForEachRow()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Affine(2, 1));

        foreach (var rows in (int[])[0, 1, 3, 100])
        {
            Assert.Equal([rows, 4L], session.RunToTensor(Tensor.Wrap("x", new float[rows * 4], rows, 4)).Shape);
        }
    }

    [Fact]
    public async Task Run_ManyOpenSessions_NoThreadsOfTheirOwn()
    {
        var sessions = new List<IInferenceSession>();
        try
        {
            sessions.Add(await ModelOnDisk.OpenAsync(TestModels.Affine(1, 0)));
            var before = CountNativeThreads();
            for (var i = 0; i < 100; i++)
            {
                sessions.Add(await ModelOnDisk.OpenAsync(TestModels.Affine(i, 0)));
                sessions[^1].RunToTensor(Tensor.Create("x", new float[4], 1, 4));
            }

            // Other tests start and end threads meanwhile; a thread for each session would be a hundred more.
            Assert.InRange(CountNativeThreads(), 0, before + 50);
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }

        static int CountNativeThreads()
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return process.Threads.Count;
        }
    }

    [Fact]
    public void AddOnnxRuntime_Twice_AddsOneBackend()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => silo.AddOnnxRuntime().AddOnnxRuntime());

        var backend = Assert.Single(builder.Services, service => service.ServiceType == typeof(IInferenceBackend));

        Assert.Equal(ServiceLifetime.Singleton, backend.Lifetime);
        using var host = builder.Services.BuildServiceProvider();
        Assert.Equal("model.onnx", host.GetRequiredService<IInferenceBackend>().ModelFileName);
    }
}
