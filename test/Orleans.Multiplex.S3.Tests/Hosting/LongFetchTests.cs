using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Hosting;

/// <summary>A gateway whose bucket is slow.</summary>
public sealed class LongFetchTests(Bucket bucket) : StoreTest(bucket)
{
    private const int Megabyte = 1 << 20;
    private const int Length = 40 * Megabyte;

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Gateway_FetchThatLasts_TellsHowFarItIsAndWhenItEnds()
    {
        await _bucket.PutAsync(Name, "1/model.onnx", SampleModels.ById["1"]);
        await _bucket.PutAsync(Name, "1/others.bin", RandomBytes(Length));
        await using var proxy = new Proxy((await _bucket.Server).Address) { BytesPerSecond = 4 * Megabyte };
        await using var gateway = await HostProcess.StartAsync(
            "gateway/Orleans.Multiplex.Gateway",
            "gateway",
            [.. HostProcess.AnyPorts, $"--Multiplex:Models=s3://{Name}", $"--Multiplex:S3:ServiceUrl={proxy.Address}", $"--Multiplex:Cache:Path={MakeFolder()}"]);
        using var client = gateway.CreateClient();

        using var refused = await PostAsync(client, TimeSpan.FromSeconds(3));
        var fetch = await GetFetchAsync(client);

        Assert.True(refused.StatusCode == HttpStatusCode.ServiceUnavailable, await refused.Content.ReadAsStringAsync(Token));
        Assert.Equal(Length + SampleModels.ById["1"].Length, fetch.GetProperty("totalBytes").GetInt64());
        var (bytes, rate, left) = (fetch.GetProperty("bytes").GetInt64(), fetch.GetProperty("bytesPerSecond").GetInt64(), fetch.GetProperty("remainingSeconds").GetDouble());
        Assert.InRange(bytes, 1 * Megabyte, 30 * Megabyte);
        Assert.InRange(rate, 1 * Megabyte, 5 * Megabyte);
        Assert.InRange(left, (Length - bytes) / (double)rate * 0.9, (Length - bytes) / (double)rate * 1.1);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, left - 2, (left * 1.5) + 3);

        while (!gateway.Lines.Any(static line => line.Contains("Fetching the files of model '1@1': ", StringComparison.Ordinal)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
        }

        proxy.BytesPerSecond = null;
        using var served = await PostAsync(client, TimeSpan.FromSeconds(60));
        Assert.True(served.IsSuccessStatusCode, await served.Content.ReadAsStringAsync(Token));
        Assert.Contains(gateway.Lines, static line => line.Contains("Fetched the files of model '1@1', 40MiB", StringComparison.Ordinal));
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, TimeSpan timeout) => client.PostAsJsonAsync(
        "v2/models/1/infer",
        new
        {
            inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 3 }, data = new[] { 1, 2, 3 } } },
            parameters = new { timeout = (long)timeout.TotalMicroseconds },
        },
        Token);

    private static async Task<JsonElement> GetFetchAsync(HttpClient client)
    {
        var report = await client.GetFromJsonAsync<JsonElement>("multiplex/models/1", Token);
        return Find(report) ?? throw new InvalidOperationException($"No fetch in {report}");
    }

    private static JsonElement? Find(JsonElement report) => report.ValueKind switch
    {
        JsonValueKind.Object when report.TryGetProperty("fetch", out var fetch) => fetch,
        JsonValueKind.Object => report.EnumerateObject().Select(static property => Find(property.Value)).FirstOrDefault(static found => found is not null),
        JsonValueKind.Array => report.EnumerateArray().Select(Find).FirstOrDefault(static found => found is not null),
        _ => null,
    };
}
