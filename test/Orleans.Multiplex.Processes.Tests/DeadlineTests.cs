using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.OwnModels;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>The time of a call and the errors of own classes between processes: a silo, a gateway and an Orleans client.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    private ProcessCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ProcessCluster.StartAsync(silos: 1, ProcessCluster.OwnModels, "--Multiplex:RequestTimeout=00:00:05");
        _cluster.AddModel(1);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Call_OwnClassWhoseModelIsBeingLoaded_EndsInTheSilosErrorAtTheTimeOfTheCall()
    {
        var sdk = (await _cluster.ConnectAsync(_cluster.Silos)).Services.GetRequiredService<IMultiplexClient>();

        // The first call of a process takes its time.
        await sdk.CallAsync<IGreeterGrain, Greeting>(
            "hello", (grain, token) => grain.GreetAsync("Ada", token), cancellationToken: TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ModelLoadingException>(() => sdk.CallAsync<IGreeterGrain, Greeting>(
            "endless",
            (grain, token) => grain.GreetAsync("Ada", token),
            new InferenceOptions { Timeout = TimeSpan.FromSeconds(3) },
            TestContext.Current.CancellationToken));

        Assert.Equal("endless", error.ModelId);
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task Post_OwnClassWhoseModelIsBeingLoaded_SaysWhenToComeAgain()
    {
        using var http = _cluster.Silos[0].CreateClient();

        // The first call of a process takes its time.
        using (await SendAsync(http, "/greet", "hello", new { name = "Ada" }))
        {
        }

        using var response = await SendAsync(http, "/greet", "endless", new { name = "Ada" });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains("'endless' is still being loaded", await ReadAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_OwnClassThrowsATimeoutOfItsOwn_ArrivesAtOnceAsItIs()
    {
        var sdk = (await _cluster.ConnectAsync(_cluster.Silos)).Services.GetRequiredService<IMultiplexClient>();

        var error = await Assert.ThrowsAsync<TimeoutException>(() => sdk.CallAsync<IGreeterGrain, Greeting>(
            "hello", (grain, token) => grain.GreetAsync("", token), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("Nobody came to be greeted.", error.Message);
    }

    [Fact]
    public async Task Post_ForMoreTimeThanMayBeAskedFor_IsABadRequestThatNamesTheSetting()
    {
        using var http = _cluster.Front.CreateClient();
        var body = new
        {
            inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 4 }, data = new[] { 1, 2, 3, 4 } } },
            parameters = new { timeout = 601_000_000L },
        };

        using var response = await SendAsync(http, "/", "1", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("at most 00:10:00 may be asked for (Multiplex:MaxRequestTimeout)", await ReadAsync(response), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string path, string model, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("serve_multiplexed_model_id", model);
        request.Content = JsonContent.Create(body);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<string> ReadAsync(HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
