using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;
using static Orleans.Multiplex.S3.Tests.Hosting.GatewayCalls;

namespace Orleans.Multiplex.S3.Tests.Hosting;

/// <summary>A gateway as a process of its own, with models in a bucket, whose cache comes to harm.</summary>
public sealed class CacheFaultTests(Bucket bucket) : StoreTest(bucket)
{
    private const int Megabyte = 1 << 20;

    private static readonly double[] Doubled = [2, 4, 6];
    private static readonly double[] Squared = [1, 4, 9];

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Gateway_DiskOfTheCacheFull_SaysSoAndServesWhenThereIsRoom()
    {
        await PutAsync("1", "1", others: 0);
        await PutAsync("2", "2", others: 12 * Megabyte);
        var folder = MakeFolder();
        await using var gateway = await HostProcess.StartOnDiskAsync(folder, 24 * Megabyte, "gateway/Orleans.Multiplex.Gateway", "gateway", await GetSettingsAsync(folder));
        using var client = gateway.CreateClient();
        client.DefaultRequestHeaders.Add("x-multiplex-control", "1");
        var disk = gateway.GetPath(folder);
        Assert.Equal(Doubled, await InferAsync(client, "1"));
        Fill(Path.Combine(disk, "filler"));

        using var refused = await PostAsync(client, "2");
        var error = await refused.Content.ReadAsStringAsync(Token);
        Assert.True(refused.StatusCode == HttpStatusCode.ServiceUnavailable && refused.Headers.RetryAfter is not null, error);
        Assert.Contains("There is no room on the disk of the cache (Multiplex:Cache:Path) for the files of model '2@1'", error, StringComparison.Ordinal);
        Assert.Equal(Doubled, await InferAsync(client, "1"));
        Assert.DoesNotContain(Directory.EnumerateFiles(disk, "*", SearchOption.AllDirectories), static path => path.EndsWith(".plan", StringComparison.Ordinal));

        File.Delete(Path.Combine(disk, "filler"));
        var again = await PostAsync(client, "2");
        for (var tries = 0; tries < 20 && again.StatusCode == HttpStatusCode.ServiceUnavailable; tries++)
        {
            await Task.Delay(again.Headers.RetryAfter!.Delta!.Value, TimeProvider.System, Token);
            again = await PostAsync(client, "2");
        }

        Assert.Equal(Squared, await ReadAsync(again));
        foreach (var (model, answer) in new[] { ("1", Doubled), ("2", Squared) })
        {
            using var unloaded = await client.PostAsync($"v2/repository/models/{model}/unload", null, Token);
            Assert.True(unloaded.IsSuccessStatusCode, await unloaded.Content.ReadAsStringAsync(Token));
            Assert.Equal(answer, await InferAsync(client, model));
        }
    }

    [Fact]
    public async Task Gateway_BitFlippedInTheCache_FetchesTheFileAnew()
    {
        await PutAsync("1", "1", others: 0);
        var folder = MakeFolder();
        await using (var first = await StartAsync(folder))
        {
            using var client = first.CreateClient();
            Assert.Equal(Doubled, await InferAsync(client, "1"));
            await UntilAsync(() => Find(folder, "*.json") is [_]);
            Assert.Equal(0, await first.StopAsync());
        }

        var cached = Assert.Single(Find(folder, "model.onnx"));
        var bytes = await File.ReadAllBytesAsync(cached, Token);
        Assert.Equal(SampleModels.ById["1"], bytes);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(cached, bytes, Token);

        await using var second = await StartAsync(folder);
        using var again = second.CreateClient();
        Assert.Equal(Doubled, await InferAsync(again, "1"));

        Assert.Contains(second.Lines, static line => line.Contains("The files of model '1@1' in the cache are not whole", StringComparison.Ordinal));
        Assert.Equal(SampleModels.ById["1"], await File.ReadAllBytesAsync(Assert.Single(Find(folder, "model.onnx")), Token));
        await UntilAsync(() => Find(folder, "*.json") is [_]);
        var cache = (await again.GetFromJsonAsync<JsonElement>("multiplex/silos", Token)).GetProperty("silos")[0].GetProperty("cache");
        Assert.Equal((1, 1, 1 << 30), (cache.GetProperty("versions").GetInt32(), cache.GetProperty("fetches").GetInt32(), cache.GetProperty("maxBytes").GetInt64()));
    }

    [Fact]
    public async Task Gateway_KilledInTheMiddleOfADownload_SweepsWhatItLeftAndServes()
    {
        await PutAsync("1", "1", others: 128 * Megabyte);
        var folder = MakeFolder();
        await using (var first = await StartAsync(folder))
        {
            using var client = first.CreateClient();
            await Task.WhenAll(Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(client, "1")), KillInTheMiddleAsync(first, folder));
        }

        Assert.Single(Find(folder, "*.plan"));
        Assert.Empty(Find(folder, "*.json"));

        await using var second = await StartAsync(folder);
        await UntilAsync(() => second.Lines.Any(static line => line.Contains("; 1 were left unfinished and are removed", StringComparison.Ordinal)));
        await UntilAsync(() => Find(folder, "*") is []);

        using var again = second.CreateClient();
        Assert.Equal(Doubled, await InferAsync(again, "1"));
        await UntilAsync(() => Find(folder, "*.json") is [_]);
        Assert.Empty(Find(folder, "*.plan"));
        Assert.Equal(RandomBytes(128 * Megabyte), await File.ReadAllBytesAsync(Assert.Single(Find(folder, "others.bin")), Token));
    }

    private static async Task KillInTheMiddleAsync(HostProcess gateway, string folder)
    {
        await UntilAsync(() => Find(folder, "*.plan") is [_] && Find(folder, "others.bin") is [_]);
        await gateway.KillAsync();
    }

    // Of the versions, and of what is on its way out.
    private static string[] Find(string folder, string pattern)
    {
        try
        {
            return
            [
                .. ((string[])["versions", "trash"])
                    .Select(part => Path.Combine(folder, "v1", part))
                    .Where(Directory.Exists)
                    .SelectMany(path => Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            // It comes and goes.
            return ["?", "?"];
        }
    }

    private static void Fill(string path)
    {
        using var filler = File.Create(path, bufferSize: 1);
        try
        {
            while (true)
            {
                filler.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
    }

    // A model of a few bytes, beside which there is something larger.
    private async Task PutAsync(string model, string sample, int others)
    {
        await _bucket.PutAsync(Name, $"{model}/1/model.onnx", SampleModels.ById[sample]);
        if (others > 0)
        {
            await _bucket.PutAsync(Name, $"{model}/1/others.bin", RandomBytes(others));
        }
    }

    private async Task<HostProcess> StartAsync(string folder) =>
        await HostProcess.StartAsync("gateway/Orleans.Multiplex.Gateway", "gateway", await GetSettingsAsync(folder));

    private async Task<string[]> GetSettingsAsync(string folder) =>
    [
        .. HostProcess.AnyPorts,
        $"--Multiplex:Models=s3://{Name}",
        $"--Multiplex:S3:ServiceUrl={(await _bucket.Server).Address}",
        $"--Multiplex:Cache:Path={folder}",
        "--Multiplex:Cache:MaxBytes=1GiB",
    ];
}
