using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class PriorityTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public PriorityTests() => _folder.Add("m");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Infer_SeveralWaitForAThread_TheMoreUrgentRunFirst()
    {
        await using var cluster = await TestCluster.StartAsync(
            configure: options =>
            {
                options.Models = _folder.Path;
                options.Execution.Threads = 1;
            },
            configureSilo: silo => silo.Services.AddSingleton<IInferenceBackend>(_engine));
        var ran = new ConcurrentQueue<int>();
        _engine.OnRun = (request, _) =>
        {
            ran.Enqueue(request.Priority);
            if (request.Priority == 3)
            {
                cluster.Gates.ArriveAndBlock("first");
            }
        };
        var calls = new List<Task> { InferAsync(3) };
        await cluster.Gates.WaitForArrivalAsync("first");
        foreach (var priority in new[] { 8, 0, 1 })
        {
            calls.Add(InferAsync(priority));
            await Waiting.UntilAsync(() => cluster.Get<InferenceScheduler>().Waiting == calls.Count - 1);
        }

        cluster.Gates.Open("first");

        await Task.WhenAll(calls).Soon();
        Assert.Equal([3, 1, 0, 8], ran);

        Task InferAsync(int priority) =>
            cluster.Sdk.InferAsync("m", [], new InferenceOptions { Priority = priority }, Waiting.Token).Soon();
    }
}
