using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>The list of models with what each is in the cluster.</summary>
public sealed class IndexTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Index_EachStateAcrossTheCluster()
    {
        foreach (var model in new[] { "cold", "gone", "team/ready", "v/1", "v/2", "z-broken" })
        {
            _folder.Add(model);
        }

        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2, engine: _engine);
        await Task.WhenAll(cluster.InferAsync("gone"), cluster.InferAsync("team/ready"), cluster.InferAsync("v"));
        await cluster.Sdk.UnloadAsync("gone", Waiting.Token).Soon();
        _engine.FailOpen = static () => new ModelLoadFailedException("z-broken", "no graph");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("z-broken"));

        var page = await cluster.Sdk.GetIndexAsync(cancellationToken: Waiting.Token).Soon();

        Assert.Null(page.Next);
        Assert.Equal(
            [
                new ModelIndexEntry("cold", null, null, ""),
                new ModelIndexEntry("gone", 1, ModelIndexState.Unavailable, "unloaded: Operator"),
                new ModelIndexEntry("team/ready", 1, ModelIndexState.Ready, ""),
                new ModelIndexEntry("v", 2, ModelIndexState.Ready, ""),
                new ModelIndexEntry("z-broken", 1, ModelIndexState.Unavailable, "no graph"),
            ],
            page.Entries);
        Assert.Equal(
            ["team/ready", "v"],
            (await cluster.Sdk.GetIndexAsync(readyOnly: true, cancellationToken: Waiting.Token).Soon()).Entries.Select(static entry => entry.Model));
    }

    [Fact]
    public async Task Index_InParts_IsTheWholeList()
    {
        string[] models = [.. Enumerable.Range(0, 25).Select(static i => $"m{i:00}"), "m07/below", "m07-x"];
        foreach (var model in models)
        {
            _folder.Add(model);
        }

        await using var cluster = await StoreCluster.StartAsync(_folder);
        await Task.WhenAll(cluster.InferAsync("m03"), cluster.InferAsync("m04"), cluster.InferAsync("m20"));
        foreach (var (readyOnly, expected) in new[] { (false, models.Order(StringComparer.Ordinal).ToArray()), (true, ["m03", "m04", "m20"]) })
        {
            List<string> seen = [];
            for (string? after = null; ;)
            {
                var page = await cluster.Sdk.GetIndexAsync(after, limit: 2, readyOnly, Waiting.Token).Soon();
                Assert.InRange(page.Entries.Length, 0, 2);
                seen.AddRange(page.Entries.Select(static entry => entry.Model));
                if ((after = page.Next) is null)
                {
                    break;
                }
            }

            Assert.Equal(expected, seen.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Reads_AThousandOverAHundredColdModels_ChangeNothing()
    {
        foreach (var i in Enumerable.Range(0, 104))
        {
            _folder.Add($"m{i}");
        }

        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2, maxModels: 5);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => cluster.InferAsync($"m{i}")));
        await using var gateway = await Gateway.StartAsync(cluster.Inner.Client);
        var before = await SilosAsync();
        string[] paths = ["/v2/models/$", "/v2/models/$/ready", "/v2/models/$/versions/1/ready", "/v2/models/$/config", "/v2/models/$/stats", "/multiplex/models/$"];

        for (var i = 0; i < 1000; i++)
        {
            var path = paths[i % paths.Length].Replace("$", $"m{4 + (i % 100)}", StringComparison.Ordinal);
            using var response = await gateway.Http.GetAsync(new Uri(path, UriKind.Relative), Waiting.Token);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        }

        Assert.Equal(before, await SilosAsync());
        Assert.All([0, 1], silo => Assert.Empty(cluster.Inner.Loose(silo)));

        async Task<string> SilosAsync() => string.Join(';', (await cluster.Sdk.GetSilosAsync(Waiting.Token)).Select(silo =>
            $"{silo.Silo} {silo.ChargedBytes} {string.Join(',', silo.Pools.SelectMany(static pool => pool.Models).Select(static model => $"{model.Model}:{model.State}:{model.Hits}"))}"));
    }
}
