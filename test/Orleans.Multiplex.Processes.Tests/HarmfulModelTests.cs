using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>A gateway with models that would end it, never come to an end, or take all memory, if it opened them unchecked.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The requests are awaited before their client goes.")]
public sealed class HarmfulModelTests : IDisposable
{
    private const string Started = "Started worker process ";
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(8);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Gateway_ThreeHarmfulModels_RefusesThemWhileAGoodOneAnswersThroughout()
    {
        Put("good", TestModels.Affine(1, 1));
        Put("crash", HostileModels.Crash());
        Put("endless", HostileModels.EndlessLoop());
        Put("bomb", HostileModels.RunTimeBomb(3L << 30));
        await using (var gateway = await StartAsync())
        {
            using var http = gateway.CreateClient();
            Assert.Equal((HttpStatusCode.OK, "[2,2,2,2]"), await AskGoodAsync(http));
            using var done = new CancellationTokenSource();
            var asking = KeepAskingAsync(http, done.Token);

            var (crash, endless, bomb) = (await AskAsync(http, "crash"), await AskAsync(http, "endless"), await AskAsync(http, "bomb"));
            await done.CancelAsync();
            var answers = await asking;

            Assert.Equal(HttpStatusCode.UnprocessableEntity, crash.Status);
            Assert.Contains("it ended the process that tried it (signal 6)", crash.Body, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, endless.Status);
            Assert.Contains("a run on made-up inputs did not end within 8 s", endless.Body, StringComparison.Ordinal);
            Assert.Contains("the silo may hold 64MiB in all", bomb.Body, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.InsufficientStorage, bomb.Status);
            Assert.True(answers.Count > 100, $"Only {answers.Count} answers of the good model meanwhile.");
            Assert.All(answers, static answer => Assert.Equal((HttpStatusCode.OK, "[2,2,2,2]"), answer));
            Assert.Equal(0, await gateway.StopAsync());
        }

        // All of it was kept: the next gateway tries none again.
        await using var next = await StartAsync();
        using var later = next.CreateClient();
        var since = TimeProvider.System.GetTimestamp();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AskAsync(later, "endless")).Status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.Zero, CheckTimeout);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AskAsync(later, "crash")).Status);
        Assert.Equal(HttpStatusCode.InsufficientStorage, (await AskAsync(later, "bomb")).Status);
        Assert.Equal((HttpStatusCode.OK, "[2,2,2,2]"), await AskGoodAsync(later));
        Assert.Single(next.Lines, static line => line.Contains(Started, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gateway_KilledWhileItsWorkerRunsAModelWithoutEnd_LeavesNoWorkerBehind()
    {
        Put("endless", HostileModels.EndlessLoop());
        await using var gateway = await StartAsync();
        using var http = gateway.CreateClient();
        var asking = AskAsync(http, "endless");
        var line = gateway.Lines.First(static line => line.Contains(Started, StringComparison.Ordinal));
        var id = int.Parse(line.Split(Started)[1].Split(',')[0], CultureInfo.InvariantCulture);
        using var worker = Process.GetProcessById(id);

        await gateway.KillAsync();

        await worker.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => asking);
    }

    [Fact]
    public async Task Gateway_ThatTrustsItsModels_StartsNoWorker()
    {
        Put("good", TestModels.Affine(1, 1));
        await using var gateway = await StartAsync("--Multiplex:Models:Trusted=true");
        using var http = gateway.CreateClient();

        Assert.Equal((HttpStatusCode.OK, "[2,2,2,2]"), await AskGoodAsync(http));

        Assert.DoesNotContain(gateway.Lines, static line => line.Contains(Started, StringComparison.Ordinal));
    }

    private static async Task<List<(HttpStatusCode Status, string Outputs)>> KeepAskingAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var answers = new List<(HttpStatusCode, string)>();
        while (!cancellationToken.IsCancellationRequested)
        {
            answers.Add(await AskGoodAsync(http));
        }

        return answers;
    }

    private static async Task<(HttpStatusCode Status, string Outputs)> AskGoodAsync(HttpClient http)
    {
        var (status, body) = await AskAsync(http, "good", 1, 4);
        return (status, body.Split("\"data\":") is [_, var data] ? data[..(data.IndexOf(']', StringComparison.Ordinal) + 1)] : body);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient http, string model, params int[] shape)
    {
        shape = shape is [] ? [1] : shape;
        var data = Enumerable.Repeat(1, shape.Aggregate(1, static (product, dimension) => product * dimension));
        using var response = await http.PostAsJsonAsync(
            $"/v2/models/{model}/infer", new { inputs = new[] { new { name = "x", datatype = "FP32", shape, data } } });
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<HostProcess> StartAsync(params string[] settings) => HostProcess.StartAsync(
        ProcessCluster.Gateway,
        "gateway",
        [
            .. HostProcess.AnyPorts,
            $"--Multiplex:Models={_folder.Path}/models",
            $"--Multiplex:Models:CheckTimeout={CheckTimeout}",
            $"--Multiplex:Cache:Path={_folder.Path}/cache",
            $"--Multiplex:Cluster:Directory={_folder.Path}/cluster",
            "--Multiplex:MaxBytesPerSilo=64MiB",
            "--Logging:LogLevel:Multiplex.Execution=Debug",
            .. settings,
        ]);

    private void Put(string model, byte[] content) => File.WriteAllBytes(
        Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "models", model)).FullName, "model.onnx"), content);
}
