using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>A gateway with a model of a folder that has its weights in other files: a hundred megabytes, and the gateway may hold 64.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The requests are awaited before their client goes.")]
public sealed class ExternalDataTests : IDisposable
{
    private const int Rows = 12_500_000;
    private const long Bytes = 2L * Rows * sizeof(float);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Gateway_WeightsInOtherFilesThanTheModel_AnswersInPlaceThenPreparedAndFollowsTheFiles()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "models", "m")).FullName;
        var weights = new ExternalWeights(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.onnx"), Build(weights), TestContext.Current.CancellationToken);
        await using (var gateway = await StartAsync())
        {
            using var http = gateway.CreateClient();
            Assert.Equal((HttpStatusCode.OK, 3), await AskAsync(http));
            var (heap, mapped) = await ReadBytesAsync(http);
            Assert.Equal(Bytes, mapped);
            Assert.InRange(heap, 1, 8 << 20);

            await UntilAsync(async () =>
            {
                Assert.Equal((HttpStatusCode.OK, 3), await AskAsync(http));
                return gateway.Lines.Any(static line => line.Contains("Prepared model 'm' (Mapped, ", StringComparison.Ordinal));
            });
            Assert.Equal(0, await gateway.StopAsync());
        }

        await using var next = await StartAsync();
        using var later = next.CreateClient();
        Assert.Equal((HttpStatusCode.OK, 3), await AskAsync(later));
        Assert.InRange((await ReadBytesAsync(later)).Mapped, Bytes + 1, Bytes + 100_000);

        // The same model with other weights: neither its check nor its prepared form is taken for this one.
        Replace(folder, "two.bin", 5);
        await UntilAsync(async () =>
        {
            var (status, answer) = await AskAsync(later);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(answer is 3 or 6, $"The answer is {answer}.");
            return answer == 6;
        });
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        while (!await holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static byte[] Build(ExternalWeights weights) => new OnnxModelBuilder(new OnnxGraph("sum")
        .Input("x", TensorType.Int64, -1)
        .Output("y", TensorType.Float32, -1)
        .Initializer(weights.Add(Fill("one", 1), "one.bin"))
        .Initializer(weights.Add(Fill("two", 2), "two.bin"))
        .Node("Gather", ["one", "x"], ["u"])
        .Node("Gather", ["two", "x"], ["v"])
        .Node("Add", ["u", "v"], ["y"])).Build();

    private static Tensor Fill(string name, float value)
    {
        var numbers = new float[Rows];
        numbers.AsSpan().Fill(value);
        return Tensor.Create(name, numbers);
    }

    private void Replace(string folder, string name, float value)
    {
        var temporary = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(temporary, Fill(name, value).Data.ToArray());
        File.Move(temporary, Path.Combine(folder, name), overwrite: true);
    }

    private static async Task<(HttpStatusCode Status, double? Answer)> AskAsync(HttpClient http)
    {
        using var response = await http.PostAsJsonAsync(
            "/v2/models/m/infer", new { inputs = new[] { new { name = "x", datatype = "INT64", shape = new[] { 1 }, data = new[] { Rows - 1 } } } });
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, response.IsSuccessStatusCode ? body.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble() : null);
    }

    private static async Task<(long Heap, long Mapped)> ReadBytesAsync(HttpClient http)
    {
        var report = await http.GetFromJsonAsync<JsonElement>("/multiplex/models/m");
        var location = Assert.Single(report.GetProperty("locations").EnumerateArray());
        return (location.GetProperty("bytes").GetInt64(), location.GetProperty("mappedBytes").GetInt64());
    }

    private Task<HostProcess> StartAsync() => HostProcess.StartAsync(
        ProcessCluster.Gateway,
        "gateway",
        [
            .. HostProcess.AnyPorts,
            $"--Multiplex:Models={_folder.Path}/models",
            $"--Multiplex:Cache:Path={_folder.Path}/cache",
            $"--Multiplex:Cluster:Directory={_folder.Path}/cluster",
            "--Multiplex:MaxBytesPerSilo=64MiB",
            "--Multiplex:Versions:RefreshInterval=00:00:01",
        ]);
}
