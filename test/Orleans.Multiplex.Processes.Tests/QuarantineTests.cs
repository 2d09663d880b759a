using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>A process that ends while native code opens a model, and is started again.</summary>
public sealed class QuarantineTests : IDisposable
{
    private const int Width = 1500;

    // The gateway says in a file what it opens, which may take some milliseconds only; and a lock keeps .NET from reading that.
    private const string KillWhenMarked = """
        import glob, os, signal, sys, time
        print("looking", flush=True)
        end = time.time() + 60
        while time.time() < end:
            for name in glob.glob(sys.argv[1] + "/*"):
                marks = open(name, "rb").read()
                for at in range(0, len(marks), 1024):
                    if marks[at:at + 4] != bytes(4) and b'"slow"' in marks[at:at + 1024]:
                        os.kill(int(sys.argv[2]), signal.SIGKILL)
                        sys.exit(0)
        sys.exit(1)
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-quarantine-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Gateway_KilledWhileItOpensAModel_RefusesThatOneFromThenOnUntilItIsCleared()
    {
        var token = TestContext.Current.CancellationToken;
        LargeModels.WriteConstantProducts(Path.Combine(Add("slow"), "model.onnx"), Width, products: 12);
        await File.WriteAllBytesAsync(Path.Combine(Add("2"), "model.onnx"), TestModels.Affine(1, 2), token);
        await using (var gateway = await StartAsync())
        {
            using var http = gateway.CreateClient();
            Assert.Equal(HttpStatusCode.OK, (await InferAsync(http, "2", 4)).Status);
            await KillWhileItOpensAsync(gateway, http, token);
        }

        await using (var gateway = await StartAsync())
        {
            using var http = gateway.CreateClient();
            var (status, error) = await InferAsync(http, "slow", Width);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.Contains("ended while it was opening version 1", error, StringComparison.Ordinal);
            Assert.Contains("DELETE /multiplex/quarantine/slow@1", error, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await InferAsync(http, "2", 4)).Status);
            var listed = await http.GetFromJsonAsync<JsonElement>("/multiplex/quarantine", token);
            Assert.Equal("slow", Assert.Single(listed.GetProperty("quarantine").EnumerateArray()).GetProperty("model").GetString());
            Assert.Contains(gateway.Lines, line => line.Contains("Model 'slow@1' is refused from now on", StringComparison.Ordinal));

            using var clear = new HttpRequestMessage(HttpMethod.Delete, "/multiplex/quarantine/slow");
            clear.Headers.Add("x-multiplex-control", "1");
            Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(clear, token)).StatusCode);

            // What was answered is on the disk.
            await gateway.KillAsync();
        }

        await using (var gateway = await StartAsync())
        {
            using var http = gateway.CreateClient();
            Assert.Equal(HttpStatusCode.OK, (await InferAsync(http, "slow", Width)).Status);
            Assert.Equal(0, await gateway.StopAsync());
        }

        Assert.Empty(Directory.GetFiles(Loading));
    }

    private async Task KillWhileItOpensAsync(HostProcess gateway, HttpClient http, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", KillWhenMarked, Loading, gateway.Id.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using var killing = Process.Start(start)!;
        Assert.Equal("looking", await killing.StandardOutput.ReadLineAsync(cancellationToken));
        var asking = InferAsync(http, "slow", Width);
        await killing.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, killing.ExitCode);
        await gateway.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => asking);
    }

    private string Loading => Path.Combine(_folder.FullName, "cache", "v1", "loading");

    private string Add(string model) => Directory.CreateDirectory(Path.Combine(_folder.FullName, "models", model)).FullName;

    private Task<HostProcess> StartAsync() => HostProcess.StartAsync(
        ProcessCluster.Gateway,
        "gateway",
        [
            .. HostProcess.AnyPorts,
            $"--Multiplex:Cluster:Directory={_folder.FullName}/cluster",
            $"--Multiplex:Models={_folder.FullName}/models",
            $"--Multiplex:Cache:Path={_folder.FullName}/cache",
        ]);

    private static async Task<(HttpStatusCode Status, string Body)> InferAsync(HttpClient http, string model, int width)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("serve_multiplexed_model_id", model);
        var row = Enumerable.Repeat(1f, width);
        request.Content = JsonContent.Create(new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, width }, data = row } } });
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
