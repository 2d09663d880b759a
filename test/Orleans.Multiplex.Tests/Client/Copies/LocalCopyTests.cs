using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Calls.Copies;
using Xunit;

namespace Orleans.Multiplex.Tests.Client.Copies;

/// <summary>A caller whose own process has one of the copies.</summary>
public sealed class LocalCopyTests : ILocalModels
{
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 11112, 1);

    private readonly List<string> _calls = [];
    private readonly MultiplexClient _client;
    private Func<InferenceResponse> _here;

    public LocalCopyTests()
    {
        _here = () => Response(new CopyNews(9, [Other, ((ILocalModels)this).Silo], ((ILocalModels)this).Silo, 0, TimeSpan.FromMilliseconds(1)));
        _client = new MultiplexClient(
            FakeGrains.Factory((type, key) => FakeGrains.Grain<IInferenceGrain>((_, _) =>
            {
                _calls.Add((string)key);
                return Task.FromResult(Response(null));
            })),
            this,
            new FakeTimeProvider(),
            Options.Create(new MultiplexClientOptions()),
            new Random(1),
            NullLoggerFactory.Instance);
    }

    SiloAddress ILocalModels.Silo { get; } = SiloAddress.New(IPAddress.Loopback, 11111, 1);

    Task<InferenceResponse>? ILocalModels.TryInferAsync(string model, InferenceRequest request, bool mayRunHere, CancellationToken cancellationToken)
    {
        _calls.Add("here");
        try
        {
            return Task.FromResult(_here());
        }
        catch (OverloadedException error)
        {
            return Task.FromException<InferenceResponse>(error);
        }
    }

    bool ILocalModels.IsHere(string model) => true;

    [Fact]
    public async Task Infer_CopyHereIsIdle_StaysHere()
    {
        await InferAsync();
        await InferAsync();

        Assert.Equal(["here", "here"], _calls);
    }

    [Fact]
    public async Task Infer_CopyHereIsFull_GoesToTheOther()
    {
        await InferAsync();
        _here = static () => throw new OverloadedException("iris", "full", TimeSpan.FromSeconds(1));

        await InferAsync();

        Assert.Equal(["here", "here", "iris"], _calls);
    }

    [Fact]
    public async Task Infer_ModelHereIsFullAndHasNoCopies_IsRefused()
    {
        _here = static () => throw new OverloadedException("iris", "full", TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<OverloadedException>(InferAsync);
    }

    private Task InferAsync() => _client.InferAsync("iris", [], cancellationToken: TestContext.Current.CancellationToken);

    private static InferenceResponse Response(CopyNews? copies) =>
        new() { Version = 1, Outputs = [], Silo = "silo-1", IsCold = false, Timings = default, Copies = copies };
}
