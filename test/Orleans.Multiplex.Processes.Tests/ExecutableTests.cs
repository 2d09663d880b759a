using System.Net;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>The two executables as a person starts them, with the sample models.</summary>
public sealed class ExecutableTests
{
    [Fact]
    public async Task Gateway_AloneWithRoomForThree_LoadsOnDemandAndUnloadsTheLeastRecentlyUsed()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await HostProcess.StartAsync(
            ProcessCluster.Gateway, "gateway", [.. HostProcess.AnyPorts, "--Multiplex:MaxModelsPerSilo=3", $"--Multiplex:Cluster:Directory={folder.Path}"]);
        using var http = gateway.CreateClient();

        foreach (var (model, expected) in new[] { ("1", "[2,4,6]"), ("2", "[1,4,9]"), ("3", "[6]"), ("1", "[2,4,6]"), ("4", "[3,2,1]") })
        {
            Assert.Contains($"\"data\":{expected}", await AskAsync(http, model), StringComparison.Ordinal);
        }

        Assert.Equal(
            ["Loading model '1'.", "Loading model '2'.", "Loading model '3'.", "Loading model '4'.", "Unloading model '2'. Reason: Quota."],
            Logged(gateway).Where(line => line.StartsWith("Loading", StringComparison.Ordinal) || line.StartsWith("Unloading", StringComparison.Ordinal)));
        var silos = await http.GetStringAsync("/multiplex/silos", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("\"model\":\"2\"", silos, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.StopAsync());
        Assert.Contains("Unloading model '4'. Reason: Shutdown.", Logged(gateway));
    }

    [Fact]
    public async Task Gateway_CalledOverGrpc_RunsAModelAndSaysThatItServes()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await HostProcess.StartAsync(
            ProcessCluster.Gateway, "gateway", [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={folder.Path}"]);
        using var channel = GrpcChannel.ForAddress(gateway.GrpcAddress!);
        var inference = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var token = TestContext.Current.CancellationToken;
        var request = new ModelInferRequest
        {
            ModelName = "1",
            Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 3 }, Contents = new() { Fp32Contents = { 1, 2, 3 } } } },
        };

        var typed = await inference.ModelInferAsync(request, cancellationToken: token);
        request.Inputs[0].Contents = null;
        request.RawInputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([1, 2, 3])));
        var raw = await inference.ModelInferAsync(request, cancellationToken: token);
        request.ModelName = "nowhere";
        var missing = await Assert.ThrowsAsync<RpcException>(() => inference.ModelInferAsync(request, cancellationToken: token).ResponseAsync);

        Assert.Equal([2f, 4, 6], typed.Outputs.Single().Contents.Fp32Contents);
        Assert.Equal([2f, 4, 6], MemoryMarshal.Cast<byte, float>(raw.RawOutputContents.Single().Span).ToArray());
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await new Health.HealthClient(channel).CheckAsync(new(), cancellationToken: token)).Status);
        Assert.True((await inference.ModelReadyAsync(new() { Name = "1" }, cancellationToken: token)).Ready);
    }

    [Fact]
    public async Task Gateways_TwoOnOneMachine_StartSideBySide()
    {
        using var folder = new TemporaryFolder();
        await using var one = await HostProcess.StartAsync(ProcessCluster.Gateway, "one", [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={folder.Path}"]);
        await using var two = await HostProcess.StartAsync(ProcessCluster.Gateway, "two", [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={folder.Path}"]);

        using var http1 = one.CreateClient();
        using var http2 = two.CreateClient();
        Assert.Contains("[2,4,6]", await AskAsync(http1, "1"), StringComparison.Ordinal);
        Assert.Contains("[2,4,6]", await AskAsync(http2, "1"), StringComparison.Ordinal);
        Assert.NotEqual(one.SiloName, two.SiloName);
    }

    [Fact]
    public async Task Silos_TwoAndAGateway_HoldTheModelsBetweenThem()
    {
        await using var cluster = await ProcessCluster.StartAsync(2, ProcessCluster.Silo, "--Multiplex:MaxModelsPerSilo=3");
        for (var i = 1; i <= 4; i++)
        {
            cluster.AddModel(i);
        }

        await cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        using var http = cluster.Front.CreateClient();
        for (var i = 1; i <= 4; i++)
        {
            Assert.Equal((HttpStatusCode.OK, (double?)i), (await ProcessCluster.InferAsync(http, i)) is var answer ? (answer.Status, answer.Added) : default);
        }

        var residents = await cluster.GetResidentsAsync();
        Assert.Equal(2, residents.Count);
        Assert.All(residents.Values, models => Assert.Equal(2, models.Length));
        using var side = cluster.Silos[0].CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await side.GetAsync(new Uri("/v2/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Gateway_WrongSettings_StopsAndListsThemAll()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => HostProcess.StartAsync(
            ProcessCluster.Gateway,
            "gateway",
            [
                .. HostProcess.AnyPorts,
                $"--Multiplex:Cluster:Directory={folder.Path}",
                "--Multiplex:MaxModelPerSilo=3",
                "--Multiplex:Load:Timeout=soon",
                "--Multiplex:Cluster:SiloPort=99999",
                "--Multiplex:MaxBytesInFlight=1KiB",
                "--Multiplex:RequestTimeout=00:00:00",
                "--Multiplex:Pools:Nobody:MaxModelsPerSilo=2",
            ]));

        Assert.All(
            [
                "- Multiplex:MaxModelPerSilo is not a setting; did you mean Multiplex:MaxModelsPerSilo?",
                "- Multiplex:Load:Timeout is 'soon'; it must be a time in hours:minutes:seconds, for instance 00:00:30.",
                "- Multiplex:Cluster:SiloPort is 99999; it must be a port, 1 to 65535, or 0 for any free one.",
                "- Multiplex:MaxBytesInFlight is 1KiB; it must be at least twice Multiplex:MaxRequestBytes (64MiB), so that the largest request passes alone.",
                "- Multiplex:RequestTimeout is 00:00:00; it must be above zero and at most a day, for instance 00:01:00.",
                "- Multiplex:Pools:Nobody names no pool.",
            ],
            fault => Assert.Contains(fault, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_CacheThatCannotBeWrittenTo_StopsAndSaysWhichSettingNamesAnother()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => HostProcess.StartAsync(
            ProcessCluster.Gateway,
            "gateway",
            [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={folder.Path}", "--Multiplex:Cache:Path=/proc/nowhere"]));

        Assert.Contains("The folder '/proc/nowhere/v1' cannot be used as the cache of models:", error.Message, StringComparison.Ordinal);
        Assert.Contains("Name in Multiplex:Cache:Path a folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_StartedAgain_HasTheFilesAndSeesOneThatWasReplaced()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "models", "1")).FullName, "model.onnx");
        string[] settings = [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={folder.Path}/cluster", $"--Multiplex:Models={folder.Path}/models", $"--Multiplex:Cache:Path={folder.Path}/cache"];
        var answers = new string[3];
        for (var i = 0; i < answers.Length; i++)
        {
            await using var gateway = await HostProcess.StartAsync(ProcessCluster.Gateway, "gateway", settings);
            using var http = gateway.CreateClient();
            if (i != 1)
            {
                await File.WriteAllBytesAsync(model, TestModels.Affine(1, i), TestContext.Current.CancellationToken);
            }

            answers[i] = await AskAsync(http, "1", "[1,4]", "[1,1,1,1]");
            await gateway.KillAsync();
        }

        Assert.Contains("[1,1,1,1]", answers[0], StringComparison.Ordinal);
        Assert.Equal(answers[0], answers[1]);
        Assert.Contains("[3,3,3,3]", answers[2], StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder.Path, "cache", "v1", "versions"), "*.json", SearchOption.AllDirectories).Length);
    }

    private static async Task<string> AskAsync(HttpClient http, string model, string shape = "[1,3]", string data = "[1,2,3]")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("serve_multiplexed_model_id", model);
        request.Content = new StringContent($$"""{"inputs":[{"name":"x","datatype":"FP32","shape":{{shape}},"data":{{data}}}]}""");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    // "12:34:56.789 info: Multiplex.Loading[1000] Loading model '1'."
    private static IEnumerable<string> Logged(HostProcess process) =>
        process.Lines.Where(line => line.Contains(" Multiplex.", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..]);
}
