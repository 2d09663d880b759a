using System.Collections.Concurrent;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Versions;

/// <summary>
/// Requests to a model without a pause, several at once, straight to its grain: nobody tries again what fails. The model multiplies; each answer is the
/// factor.
/// </summary>
internal sealed class VersionTraffic : IAsyncDisposable
{
    private const int Rows = 64;
    private const int Callers = 6;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Waiting.Token);
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly Task _calls;

    private VersionTraffic(Func<CancellationToken, Task<InferenceResponse>> call) =>
        _calls = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(call))));

    public IReadOnlyCollection<Answer> Answers => _answers;

    /// <summary>Begins when the model is loaded.</summary>
    public static async Task<VersionTraffic> StartAsync(TestCluster cluster, string model)
    {
        await AskAsync(cluster, model).Soon();
        return new VersionTraffic(token => cluster.Client.GetGrain<IInferenceGrain>(model).InferAsync(Request(), token));
    }

    /// <summary>Begins when the model is loaded; the client tries again what failed since the model was unloaded.</summary>
    public static async Task<VersionTraffic> StartBySdkAsync(TestCluster cluster, string model)
    {
        await AskAsync(cluster, model).Soon();
        return new VersionTraffic(token => cluster.Sdk.InferAsync(model, Request().Inputs, cancellationToken: token));
    }

    public static async Task<Answer> AskAsync(TestCluster cluster, string model) => Read(await cluster.Sdk.InferAsync(model, Request().Inputs, cancellationToken: Waiting.Token));

    /// <summary>Waits for an answer by a factor, and for a number of answers after it.</summary>
    public async Task UntilAsync(float factor, int further = 50)
    {
        await Waiting.UntilAsync(() => _answers.Any(answer => answer.Factor == factor), () => $"Of {_answers.Count} answers the last is {_answers.LastOrDefault()}.");
        await MoreAsync(further);
    }

    /// <summary>Waits for a number of further answers.</summary>
    public async Task MoreAsync(int further)
    {
        var before = _answers.Count;
        await Waiting.UntilAsync(() => _answers.Count >= before + further || _calls.IsCompleted);
    }

    /// <summary>Ends, and fails where a request has failed.</summary>
    public async Task<List<Answer>> EndAsync()
    {
        await _stop.CancelAsync();
        await _calls.Soon();
        return [.. _answers];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _calls.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static InferenceRequest Request() => new([Tensor.Create("x", Enumerable.Repeat(1f, Rows * 4).ToArray(), Rows, 4)]);

    private static Answer Read(InferenceResponse response)
    {
        var values = response.GetTensor("y").ToArray<float>();
        Assert.Equal(Rows * 4, values.Length);
        return new Answer(values[0], values.All(value => value == values[0]), response.Version, response.IsCold);
    }

    private async Task CallAsync(Func<CancellationToken, Task<InferenceResponse>> call)
    {
        while (!_stop.IsCancellationRequested)
        {
            _answers.Enqueue(Read(await call(Waiting.Token)));
        }
    }

    /// <param name="Factor">By what the model multiplied.</param>
    /// <param name="IsWhole">Whether it did so everywhere.</param>
    /// <param name="Version">The version that answered.</param>
    /// <param name="IsCold">Whether the request waited for a load.</param>
    internal sealed record Answer(float Factor, bool IsWhole, long Version, bool IsCold);
}
