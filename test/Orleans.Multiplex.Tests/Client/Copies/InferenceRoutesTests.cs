using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Calls.Copies;
using Xunit;

namespace Orleans.Multiplex.Tests.Client.Copies;

/// <summary>Where requests go once answers have told of copies.</summary>
public sealed class InferenceRoutesTests
{
    private static readonly SiloAddress First = SiloAddress.New(IPAddress.Loopback, 11111, 1);
    private static readonly SiloAddress Second = SiloAddress.New(IPAddress.Loopback, 11112, 1);

    private readonly List<(string Key, long Known)> _calls = [];
    private readonly InferenceRoutes _routes;
    private Func<string, InferenceResponse> _answer = static _ => Response(null);

    public InferenceRoutesTests() => _routes = new InferenceRoutes(
        FakeGrains.Factory((type, key) => type == typeof(IInferenceGrain)
            ? FakeGrains.Grain<IInferenceGrain>((_, arguments) => Answer((string)key, arguments))
            : FakeGrains.Grain<ICopyGrain>((_, arguments) => Answer((string)key, arguments))),
        local: null,
        new Random(1),
        new FakeTimeProvider());

    [Fact]
    public async Task Send_NothingHeard_GoesToTheModelsGrainAndKnowsOfNoCopies()
    {
        await SendAsync();

        Assert.Equal([("iris", 0)], _calls);
    }

    [Fact]
    public async Task Send_CopiesHeard_GoesToBothInTurnAndSaysWhatIsKnown()
    {
        await LearnAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendAsync()));

        Assert.Equal([("127.0.0.1:11112@1 iris", 9L), ("iris", 9L)], _calls.Distinct().OrderBy(static call => call.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Send_CopyHasGone_IsAnsweredByTheModelsGrainAtOnceAndTheCopyIsForgotten()
    {
        await LearnAsync();
        _answer = static key => key == "iris" ? Response(null) : throw new ModelUnloadedException("iris");

        for (var i = 0; i < 10; i++)
        {
            await SendAsync();
        }

        Assert.Equal(1, _calls.Count(static call => call.Key != "iris"));
        Assert.Contains(("iris", CopyTables.Unknown), _calls);
    }

    [Fact]
    public async Task Send_TheModelsGrainFails_IsTheCallersToTryAgain()
    {
        await LearnAsync();
        _answer = static key => key == "iris" ? throw new ModelUnloadedException("iris") : Response(null);

        var failed = 0;
        for (var i = 0; i < 20; i++)
        {
            try
            {
                await SendAsync();
            }
            catch (ModelUnloadedException)
            {
                failed++;
            }
        }

        Assert.InRange(failed, 1, 19);
    }

    // P5: those with the model are full, and another one has room.
    [Fact]
    public async Task Send_CopyIsFull_GoesToTheOther()
    {
        await LearnAsync();
        _answer = static key => key == "iris" ? Response(null) : throw new OverloadedException("iris", "full", TimeSpan.FromSeconds(1));

        while (_calls.All(static call => call.Key == "iris"))
        {
            _calls.Clear();
            await SendAsync();
        }

        Assert.Equal(["127.0.0.1:11112@1 iris", "iris"], _calls.Select(static call => call.Key));
    }

    [Fact]
    public async Task Send_FullAndTheOtherHasGone_IsTheCallersToTryAgain()
    {
        await LearnAsync();
        _answer = static key => key == "iris" ? throw new OverloadedException("iris", "full", TimeSpan.FromSeconds(1)) : throw new ModelUnloadedException("iris");

        await Assert.ThrowsAsync<OverloadedException>(SendAsync);
    }

    [Fact]
    public async Task Send_AllAreFull_IsRefusedAfterTwo()
    {
        await LearnAsync();
        _answer = static _ => throw new OverloadedException("iris", "full", TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<OverloadedException>(SendAsync);

        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public async Task Send_AnErrorOfTheModel_IsNotTriedElsewhere()
    {
        await LearnAsync();
        _answer = static _ => throw new InferenceFailedException("iris", "it broke");

        await Assert.ThrowsAsync<InferenceFailedException>(SendAsync);

        Assert.Single(_calls);
    }

    [Fact]
    public async Task Send_GivenUpByItsSilo_IsToBeTriedAgain()
    {
        _answer = static _ => throw new OperationCanceledException();

        await Assert.ThrowsAsync<ModelUnloadedException>(SendAsync);
    }

    [Fact]
    public async Task Send_NoCopiesAnyMore_GoesToTheModelsGrainAlone()
    {
        await LearnAsync();
        _answer = static _ => Response(new CopyNews(0, [], First, 0, TimeSpan.Zero));
        await SendAsync();
        _calls.Clear();

        await SendAsync();

        Assert.Equal([("iris", 0)], _calls);
    }

    private async Task LearnAsync()
    {
        _answer = static _ => Response(new CopyNews(9, [First, Second], First, 0, TimeSpan.FromMilliseconds(1)));
        await SendAsync();
        _calls.Clear();
        _answer = static _ => Response(null);
    }

    private Task SendAsync() => _routes.SendAnewAsync("iris", new InferenceRequest([]), TestContext.Current.CancellationToken);

    private Task<InferenceResponse> Answer(string key, object?[] arguments)
    {
        _calls.Add((key, ((InferenceRequest)arguments[0]!).CopiesKnown));
        try
        {
            return Task.FromResult(_answer(key));
        }
#pragma warning disable CA1031 // As a call does: whatever it is, it comes as the task's.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Task.FromException<InferenceResponse>(error);
        }
    }

    private static InferenceResponse Response(CopyNews? copies) =>
        new() { Version = 1, Outputs = [], Silo = "silo-1", IsCold = false, Timings = default, Copies = copies };
}
