using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>Many first requests for one model, from everywhere at once, on silos that share neither memory nor disk.</summary>
public sealed class FirstRequestsTests : IDisposable
{
    private const int Silos = 4;
    private const int Requests = 1000;
    private const int Length = 5_000_000;

    private readonly ModelFolder _folder = new();
    private readonly ModelFolder _caches = new();

    public void Dispose()
    {
        _folder.Dispose();
        _caches.Dispose();
    }

    [Fact]
    public async Task Infer_ThousandFirstRequestsOverFourSilos_FetchEachByteOnceAndOpenOneSession()
    {
        _folder.Put("m", new byte[Length]);
        var store = new CountingStore(_folder.Path);
        var opened = 0;
        var engine = new FakeBackend
        {
            FailOpen = () =>
            {
                Interlocked.Increment(ref opened);
                return null;
            },
        };
        var silos = 0;
        await using var cluster = await StoreCluster.StartAsync(_folder, Silos, engine: engine, configureSilo: silo =>
        {
            silo.Services.AddSingleton<IModelStore>(store);
            var cache = Path.Combine(_caches.Path, $"{Interlocked.Increment(ref silos)}");
            silo.Services.PostConfigure<MultiplexOptions>(options => options.Cache.Path = cache);
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(InferAsync)).Soon();

        Assert.All(answers, answer => Assert.Equal("m@1", ((Tensor)answer.Outputs[0]).ToStringArray().Single()));
        Assert.Equal(1, opened);
        Assert.Equal(["m@1"], store.Fetches);
        var end = 0L;
        foreach (var (offset, length) in store.Ranges.OrderBy(range => range.Offset))
        {
            Assert.Equal(end, offset);
            end += length;
        }

        Assert.Equal(Length, end);

        // Each fifth comes from a client, the others from each silo.
        Task<InferenceResponse> InferAsync(int request) => request % (Silos + 1) is var from && from == Silos
            ? cluster.Sdk.InferAsync("m", [], cancellationToken: Waiting.Token)
            : cluster.Inner.GrainFrom<IInferenceGrain>(from, "m").InferAsync(new InferenceRequest([]), Waiting.Token);
    }
}
