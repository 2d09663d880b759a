using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Errors;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ErrorTests
{
    private const string Body = """{"inputs":[]}""";

    public static TheoryData<Exception, int, string?> Table => new()
    {
        { new InvalidModelIdException("x", "it is odd."), 400, null },
        { new InvalidInputException("iris", "X", "wrong"), 400, null },
        { new InferenceFailedException("iris", "division by zero"), 400, null },
        { new ModelNotFoundException("iris", "none"), 404, null },
        { new ModelNotFoundException("iris", "none", TimeSpan.FromSeconds(1)), 404, "1" },
        { new ModelLoadFailedException("iris", "broken", TimeSpan.FromSeconds(3.2)), 422, "4" },
        { new OverloadedException("iris", "full", TimeSpan.FromMilliseconds(1)), 429, "1" },
        { new StoreUnavailableException("iris", "access denied", TimeSpan.FromSeconds(5)), 503, "5" },
        { new ClusterUnavailableException("iris", TimeSpan.FromSeconds(1)), 503, "1" },
        { new ModelLoadingException("iris", "fetching", TimeSpan.FromSeconds(61)), 503, "61" },
        { new ModelUnloadedException("iris"), 503, "1" },
        { new NoCapacityException("iris", "all in use", TimeSpan.FromSeconds(2)), 503, "2" },
        { new NoCapacityException("iris", "larger than the quota"), 507, null },
        { new InferenceTimeoutException("iris", "in the queue"), 504, null },
        { new ModelPinnedException("iris", "iris", PinOrigin.Operator), 409, null },
        { new SiloNotFoundException("silo-2", ["silo-1"]), 404, null },
        { new InvalidEventPositionException("?"), 400, null },
        { new PinRefusedException("iris", "would have to go: 'a'", ["a"]), 409, null },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Error_OfEachKind_HasItsStatusReasonAndRetryAfter(Exception error, int status, string? retryAfter)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnInfer = (_, _, _, _) => throw error });

        var reply = (await host.InferAsync(Body)).IsError((HttpStatusCode)status, error.Message);

        Assert.Equal(retryAfter, reply.Headers.GetValueOrDefault("Retry-After"));
        Assert.DoesNotContain("   at ", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public void Table_EveryKindOfError_IsInIt()
    {
        var kinds = typeof(MultiplexException).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(MultiplexException)));

        Assert.Equal(kinds.Order(TypesByName.Instance), Table.Select(row => row.Data.Item1.GetType()).Distinct().Order(TypesByName.Instance));
    }

    [Fact]
    public async Task Error_Unexpected_TellsOnlyATraceIdAndIsLogged()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (_, _, _, _) => throw new InvalidOperationException("secret detail"),
        });

        var reply = (await host.InferAsync(Body)).IsError(HttpStatusCode.InternalServerError);

        Assert.Equal("internal error", reply.Error);
        Assert.NotEmpty(reply.Json.GetProperty("trace_id").GetString()!);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        var entry = Assert.Single(host.Log.Entries, entry => entry.Level == LogLevel.Error);
        Assert.Equal("secret detail", entry.Error!.Message);
        Assert.Equal(2003, entry.EventId);
    }

    [Fact]
    public async Task Error_UnexpectedInDevelopment_TellsAll()
    {
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient { OnInfer = static (_, _, _, _) => throw new InvalidOperationException("secret detail") },
            environment: "Development");

        (await host.InferAsync(Body)).IsError(HttpStatusCode.InternalServerError, "secret detail", "   at ");
    }

    [Fact]
    public async Task Error_CancelledElsewhere_IsAnErrorAndNotSilence()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (_, _, _, _) => throw new OperationCanceledException("not by the client"),
        });

        (await host.InferAsync(Body)).IsError(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public void Mapping_BadHttpRequest_KeepsItsStatus() =>
        Assert.Equal(413, ErrorMapping.Find(new BadHttpRequestException("too large", 413))!.Status);

    [Fact]
    public async Task ClientGone_DuringTheCall_CancelsItWithoutAnErrorInTheLog()
    {
        var called = new TaskCompletionSource();
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = async (_, _, _, token) =>
            {
                var cancelled = new TaskCompletionSource<InferenceResponse>();
                await using var registration = token.UnsafeRegister(_ => cancelled.TrySetCanceled(token), null);
                called.SetResult();
                return await cancelled.Task;
            },
        });
        using var leaving = new CancellationTokenSource();

        var request = PostAsync(host, leaving.Token);
        await called.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        var entry = await host.Log.NextAsync(2002);
        Assert.Equal(LogLevel.Debug, entry.Level);
        Assert.Contains("iris", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Error);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Request_StartAndOutcome_AreLoggedAtDebugWithoutItsPath()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.PostAsync("/v2/models/iris/versions/2/infer", Body)).IsOk();

        var start = await host.Log.NextAsync(2000);
        var end = await host.Log.NextAsync(2001);
        Assert.Equal((LogLevel.Debug, LogLevel.Debug), (start.Level, end.Level));
        Assert.EndsWith("POST /v2/models/{model}/versions/{version}/infer.", start.Message, StringComparison.Ordinal);
        Assert.Matches(@"answered 200 in \d+\.\dms\. Model: 'iris@2'\.", end.Message);
    }

    private static async Task PostAsync(HttpHost host, CancellationToken cancellationToken)
    {
        using var content = new StringContent(Body);
        using var response = await host.Http.PostAsync(new Uri("/v2/models/iris/infer", UriKind.Relative), content, cancellationToken);
    }

    private sealed class TypesByName : IComparer<Type>
    {
        public static TypesByName Instance { get; } = new();

        public int Compare(Type? x, Type? y) => string.CompareOrdinal(x?.Name, y?.Name);
    }
}
