using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Multiplex.BucketModels;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Hosting;

/// <summary>The sample of own models whose files lie in a bucket, in a silo host of a dozen lines: three fit, four are asked for.</summary>
public sealed partial class BucketModelsTests(Bucket bucket) : StoreTest(bucket)
{
    private static readonly (string Model, string Hello)[] Models = [("1", "hola"), ("2", "hallo"), ("3", "ciao"), ("4", "bonjour")];

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task OwnModels_ThreeOfFourFit_TheOneNotAskedForLongestGoes()
    {
        foreach (var (model, hello) in Models)
        {
            await _bucket.PutAsync(Name, $"{model}/words.txt", Encoding.UTF8.GetBytes($"hello={hello}\nworld=mundo"));
        }

        await using var silo = await HostProcess.StartAsync(
            "test/Orleans.Multiplex.BucketModels/Orleans.Multiplex.BucketModels",
            "silo",
            "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0",
            $"--Multiplex:Models=s3://{Name}",
            $"--Multiplex:S3:ServiceUrl={(await _bucket.Server).Address}");
        using var http = silo.CreateClient();
        using var client = await ConnectAsync(silo);
        var sdk = client.Services.GetRequiredService<IMultiplexClient>();
        var grains = client.Services.GetRequiredService<IGrainFactory>();

        // By the header over HTTP, by the SDK, by a plain Orleans client.
        foreach (var (model, hello) in Models[..3])
        {
            Assert.Equal(new Translation(model, $"{hello} mundo"), await PostAsync(http, model, "hello world"));
        }

        Assert.Equal(["1", "2", "3"], await GetResidentsAsync(http));
        Assert.Equal(
            "bonjour mundo",
            (await sdk.CallAsync<ITranslatorGrain, Translation>("4", static (grain, token) => grain.TranslateAsync("hello world", token), cancellationToken: Token)).Text);
        Assert.Equal("hola mundo", (await grains.GetGrain<ITranslatorGrain>("1").TranslateAsync("hello world", Token)).Text);

        Assert.Equal(["1", "3", "4"], await GetResidentsAsync(http));
        Assert.Equal(
            ["Loading model '1'", "Loading model '2'", "Loading model '3'", "Loading model '4'", "Unloading model '1'", "Loading model '1'", "Unloading model '2'"],
            silo.Lines.Select(static line => LoadOrUnload().Match(line)).Where(static match => match.Success).Select(static match => match.Value));

        // The bucket is asked what it has, and answers that it has none.
        using var none = await SendAsync(http, "5", "hello");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private static async Task<IHost> ConnectAsync(HostProcess silo)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, silo.GatewayPort));
            client.Configure<ClusterOptions>(static options => (options.ClusterId, options.ServiceId) = ("multiplex", "multiplex"));
            client.AddMultiplexClient();
        });
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }

    private static async Task<string[]> GetResidentsAsync(HttpClient http)
    {
        var silo = (await http.GetFromJsonAsync<JsonElement>("/multiplex/silos", Token)).GetProperty("silos")[0];
        return
        [
            .. silo.GetProperty("pools").EnumerateArray().Single(static pool => pool.GetProperty("pool").GetString() == nameof(TranslatorGrain))
                .GetProperty("models").EnumerateArray().Select(static model => model.GetProperty("model").GetString()!).Order(StringComparer.Ordinal),
        ];
    }

    private static async Task<Translation?> PostAsync(HttpClient http, string model, string text)
    {
        using var response = await SendAsync(http, model, text);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<Translation>(Token);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string model, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/translate") { Content = JsonContent.Create(new TranslateRequest(text)) };
        request.Headers.Add("serve_multiplexed_model_id", model);
        return await http.SendAsync(request, Token);
    }

    [GeneratedRegex("(Loading|Unloading) model '.'")]
    private static partial Regex LoadOrUnload();
}
