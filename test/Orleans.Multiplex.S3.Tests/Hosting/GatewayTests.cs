using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;
using static Orleans.Multiplex.S3.Tests.Hosting.GatewayCalls;

namespace Orleans.Multiplex.S3.Tests.Hosting;

/// <summary>The gateway as a process of its own, with its models in a bucket.</summary>
public sealed class GatewayTests(Bucket bucket) : StoreTest(bucket)
{
    private const string Gateway = "gateway/Orleans.Multiplex.Gateway";

    private static readonly double[] Doubled = [2, 4, 6];
    private static readonly double[] Squared = [1, 4, 9];
    private static readonly string Sample = Path.Combine(HostProcess.Root, "gateway", "models", "1", "model.onnx");

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Gateway_ModelsInABucket_ServesListsAndRefuses()
    {
        var sample = await File.ReadAllBytesAsync(Sample, Token);
        await _bucket.PutAsync(Name, "models/1/model.onnx", sample);
        await _bucket.PutAsync(Name, "models/team/iris/2/model.onnx", sample);
        await _bucket.PutAsync(Name, "models/broken/model.onnx", [1, 2, 3]);
        await using var gateway = await StartAsync($"s3://{Name}/models");
        using var client = gateway.CreateClient();

        Assert.Equal(Doubled, await InferAsync(client, "1"));
        Assert.Equal(Doubled, await InferAsync(client, "team%2Firis"));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(client, "2")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(client, "broken")).StatusCode);
        var index = await (await client.PostAsJsonAsync("v2/repository/index", new { }, Token)).Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(["1", "broken", "team/iris"], index.EnumerateArray().Select(static model => model.GetProperty("name").GetString()).Distinct());
    }

    [Fact]
    public async Task Gateway_NoSuchBucket_Is404AndNamesTheServer()
    {
        await using var gateway = await StartAsync("s3://nowhere");
        using var client = gateway.CreateClient();

        var response = await PostAsync(client, "1");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains((await _bucket.Server).Address.Authority, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_ServerDown_Is503WithRetryAfterAndServesWhenItIsBack()
    {
        var server = await _bucket.Server;
        await _bucket.PutAsync(Name, "1/model.onnx", await File.ReadAllBytesAsync(Sample, Token));
        await using var gateway = await StartAsync($"s3://{Name}");
        using var client = gateway.CreateClient();
        await server.KillAsync();
        try
        {
            var response = await PostAsync(client, "1");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Contains($"{server.Address.Authority} cannot be reached", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
        finally
        {
            await server.RestartAsync();
        }

        Assert.Equal(HttpStatusCode.OK, (await PostUntilServedAsync(client)).StatusCode);
    }

    /// <summary>A gateway in a pod whose role is not there yet.</summary>
    [Fact]
    public async Task Gateway_CredentialsNotLent_Is503WithTheServerNamedAndServesWhenTheyAre()
    {
        var server = await _bucket.Server;
        await _bucket.PutAsync(Name, "1/model.onnx", await File.ReadAllBytesAsync(Sample, Token));
        await using var lender = new Lender();
        var token = Path.Combine(MakeFolder(), "token");
        await File.WriteAllTextAsync(token, "hiddentoken", Token);
        HostProcess gateway;
        using (new TestVariable("AWS_ACCESS_KEY_ID", null))
        using (new TestVariable("AWS_SECRET_ACCESS_KEY", null))
        using (new TestVariable("AWS_ENDPOINT_URL_STS", lender.Address.ToString()))
        using (new TestVariable("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/models"))
        using (new TestVariable("AWS_WEB_IDENTITY_TOKEN_FILE", token))
        {
            gateway = await StartAsync($"s3://{Name}");
        }

        await using (gateway)
        {
            using var client = gateway.CreateClient();
            var refused = await PostAsync(client, "1");
            var error = await refused.Content.ReadAsStringAsync(Token);
            Assert.True(refused.StatusCode == HttpStatusCode.ServiceUnavailable && refused.Headers.RetryAfter is not null, error);
            Assert.Contains($"{server.Address.Authority} cannot be asked: no usable credentials", error, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", error + gateway.Output, StringComparison.Ordinal);

            lender.IsWilling = true;
            Assert.Equal(HttpStatusCode.OK, (await PostUntilServedAsync(client)).StatusCode);
        }
    }

    [Fact]
    public async Task Gateway_ObjectOverwrittenAgainAndAgainUnderTraffic_NoRequestFailsOrWaits()
    {
        const int Lanes = 6;
        await _bucket.PutAsync(Name, "1/model.onnx", SampleModels.ById["1"]);
        await using var gateway = await StartAsync($"s3://{Name}", "--Multiplex:Versions:RefreshInterval=00:00:00.200");
        using var client = gateway.CreateClient();
        Assert.Equal(Doubled, await InferAsync(client, "1"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        end.CancelAfter(TimeSpan.FromSeconds(60));
        var answers = new ConcurrentQueue<(double[] Values, bool IsCold)>();
        var traffic = Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Task.Run(AskOnAsync)));

        for (var overwrites = 1; overwrites <= 5; overwrites++)
        {
            var (model, expected) = overwrites % 2 == 0 ? ("1", Doubled) : ("2", Squared);
            await _bucket.PutAsync(Name, "1/model.onnx", SampleModels.ById[model]);
            var seen = answers.Count;
            while (!answers.Skip(seen).TakeLast(Lanes).Any(answer => answer.Values.SequenceEqual(expected)))
            {
                Assert.False(traffic.IsCompleted, $"Overwrite {overwrites} was not noticed.");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
            }
        }

        await end.CancelAsync();
        await traffic;
        Assert.All(answers, static answer => Assert.True(!answer.IsCold && (answer.Values.SequenceEqual(Doubled) || answer.Values.SequenceEqual(Squared))));
        Assert.InRange(answers.Count, 5 * Lanes, int.MaxValue);

        async Task AskOnAsync()
        {
            while (!end.IsCancellationRequested)
            {
                using var response = await PostAsync(client, "1");
                answers.Enqueue((await ReadAsync(response), response.Headers.GetValues("x-multiplex-cold").Single() == "true"));
            }
        }
    }

    private static async Task<HttpResponseMessage> PostUntilServedAsync(HttpClient client)
    {
        var again = await PostAsync(client, "1");
        for (var tries = 0; tries < 20 && again.StatusCode == HttpStatusCode.ServiceUnavailable; tries++)
        {
            await Task.Delay(again.Headers.RetryAfter!.Delta!.Value, TimeProvider.System, Token);
            again = await PostAsync(client, "1");
        }

        return again;
    }

    private async Task<HostProcess> StartAsync(string models, params string[] settings) => await HostProcess.StartAsync(
        Gateway,
        "gateway",
        [
            .. HostProcess.AnyPorts,
            $"--Multiplex:Models={models}",
            $"--Multiplex:S3:ServiceUrl={(await _bucket.Server).Address}",
            $"--Multiplex:Cache:Path={MakeFolder()}",
            .. settings,
        ]);
}
