using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>The memory of inputs goes from request to request: never while a run reads it, whoever has gone meanwhile.</summary>
public sealed class InputMemoryTests : IDisposable
{
    private const int Bytes = InputPool.LeastBytes;
    private const byte Poison = 0xEE;

    private readonly ModelFolder _folder = new();
    private int _runs;
    private int _foreign;
    private int _returned;

    public InputMemoryTests() => _folder.Add("m");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_ManyTaggedRequestsWithAbortsAndTimeouts_NoRunOrAnswerHasForeignBytes(bool isHere)
    {
        await using var cluster = await TestCluster.StartAsync(
            configure: options => options.Models = _folder.Path,
            configureSilo: silo => silo.Services.AddSingleton<IInferenceBackend>(new FakeBackend { Answer = Answer }));
        var pool = new InputPool(memory =>
        {
            memory.Span.Fill(Poison);
            Interlocked.Increment(ref _returned);
        });
        await using var gateway = await Gateway.StartAsync(cluster.Get<IGrainFactory>(), isHere ? cluster.Get<ILocalModels>() : null, pool);
        Assert.True(await AskAsync(gateway, 1, timeout: 30_000_000, CancellationToken.None));
        var answered = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Waiting.Token }, async (i, _) =>
        {
            using var abort = new CancellationTokenSource();
            if (i % 5 == 0)
            {
                abort.CancelAfter(TimeSpan.FromMilliseconds(1 + (i % 7)));
            }

            if (await AskAsync(gateway, (byte)(1 + (i % 200)), timeout: i % 3 == 0 ? 2_000 : 30_000_000, abort.Token))
            {
                Interlocked.Increment(ref answered);
            }
        });

        Assert.Equal(0, _foreign);
        Assert.InRange(answered, 1000, 2999);
        Assert.InRange(_runs, answered, 3001);
        Assert.InRange(_returned, isHere ? 1 : 0, isHere ? _runs : 0);
    }

    // Half a millisecond in which others may get and change what it reads.
    private Tensor Answer(InferenceRequest request)
    {
        var data = ((Tensor)request.Inputs[0]).Data.Span;
        var tag = data[0];
        var wait = default(SpinWait);
        for (var end = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 2000); TimeProvider.System.GetTimestamp() < end;)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        Interlocked.Increment(ref _runs);
        Interlocked.Add(ref _foreign, tag == Poison || data.ContainsAnyExcept(tag) ? 1 : 0);
        return Tensor.Create("y", [tag]);
    }

    /// <summary>Whether there was an answer, which must have the tag then.</summary>
    private static async Task<bool> AskAsync(Gateway gateway, byte tag, long timeout, CancellationToken cancellationToken)
    {
        var json = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"inputs":[{"name":"x","shape":[{{{Bytes}}}],"datatype":"UINT8","parameters":{"binary_data_size":{{{Bytes}}}}}],"parameters":{"binary_data_output":true,"timeout":{{{timeout}}}}}""");
        using var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes(json), .. Enumerable.Repeat(tag, Bytes)]);
        content.Headers.Add("Inference-Header-Content-Length", json.Length.ToString(CultureInfo.InvariantCulture));
        try
        {
            using var answer = await gateway.Http.PostAsync("/v2/models/m/infer", content, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }

            Assert.Equal(tag, (await answer.Content.ReadAsByteArrayAsync(cancellationToken))[^1]);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
