using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>As <see cref="JsonMutantTests"/>, for messages of gRPC, and for the frames that carry them.</summary>
[Collection(Alone.Name)]
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
public sealed class MessageMutantTests
{
    private static readonly (string Method, IMessage Message)[] Calls =
    [
        ("ModelInfer", With(GrpcHost.Raw("FP32", [2, 4], [.. Enumerable.Range(0, 32).Select(static value => (byte)value)]), static request =>
        {
            (request.Id, request.ModelVersion) = ("r-17", "3");
            request.Parameters["priority"] = new() { Int64Param = 1 };
            request.Parameters["timeout"] = new() { Uint64Param = 250000 };
            request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "X" });
        })),
        ("ModelInfer", With(GrpcHost.Raw("BYTES", [2], [2, 0, 0, 0, 195, 169, 0, 0, 0, 0]), static request =>
        {
            request.Inputs.Add(GrpcHost.Input("BOOL", [2], null, "b"));
            request.RawInputContents.Add(ByteString.CopyFrom(0, 1));
        })),
        ("ModelInfer", GrpcHost.Typed("FP32", [3], new() { Fp32Contents = { 1, float.NaN, -2 } })),
        ("ModelInfer", GrpcHost.Typed("INT64", [3], new() { Int64Contents = { 1, long.MinValue, long.MaxValue } })),
        ("ModelInfer", GrpcHost.Typed("UINT8", [2, 2], new() { UintContents = { 1, 2, 254, 255 } })),
        ("ModelInfer", GrpcHost.Typed("BYTES", [3], new() { BytesContents = { ByteString.CopyFromUtf8("é"), ByteString.Empty, ByteString.CopyFrom(255) } })),
        ("ModelInfer", With(GrpcHost.Typed("BOOL", [1], new() { BoolContents = { true } }), static request =>
            request.Inputs.Add(GrpcHost.Input("FP64", [1], new() { Fp64Contents = { 0.5 } }, "d")))),
        ("ModelMetadata", new ModelMetadataRequest { Name = "iris", Version = "3" }),
        ("ModelStatistics", new ModelStatisticsRequest { Name = "iris" }),
        ("RepositoryIndex", new RepositoryIndexRequest { Ready = true }),
        ("RepositoryModelLoad", new RepositoryModelLoadRequest { ModelName = "iris", Parameters = { ["a"] = new() { BytesParam = ByteString.CopyFrom(1, 2) } } }),
        ("RepositoryModelUnload", new RepositoryModelUnloadRequest { ModelName = "iris", Parameters = { ["unload_dependents"] = new() { BoolParam = true } } }),
    ];

    [Fact]
    public Task Calls_MutatedMessages_AreAnsweredOrRefusedAndNeverFail() => SendMessagesAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Calls_AMillionMutatedMessages_AreAnsweredOrRefusedAndNeverFail() => SendMessagesAsync(MutantRun.Million);

    [Fact]
    public Task Streams_MutatedFrames_AreAnsweredOrRefusedAndNeverFail() => SendStreamsAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Streams_AMillionMutatedFrames_AreAnsweredOrRefusedAndNeverFail() => SendStreamsAsync(MutantRun.Million);

    private static async Task SendMessagesAsync(int count)
    {
        await using var host = await GrpcHost.StartAsync(logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var (method, message) = Calls[random.Next(Calls.Length)];
            var mutant = random.Next(8) == 0
                ? Mutation.Protobuf.Of(WireCalls.Frame(message.ToByteArray()), random)
                : WireCalls.Frame(Mutation.Protobuf.Of(message.ToByteArray(), random));
            var (answer, status, detail) = await host.SendAsync($"inference.GRPCInferenceService/{method}", mutant);
            if (IsNoFrame(status, detail))
            {
                return "no frame";
            }

            Assert.True(IsFine(status, detail), $"{method}: {status} {detail} for {Convert.ToHexString(mutant)}");
            if (status == StatusCode.OK && method == "ModelInfer")
            {
                ModelInferResponse.Parser.ParseFrom(answer.AsSpan(5));
            }

            return $"{status}";
        });
        Check(host, outcomes, count);
    }

    private static async Task SendStreamsAsync(int count)
    {
        await using var host = await GrpcHost.StartAsync(logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var frames = Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => WireCalls.Frame(Calls[random.Next(7)].Message.ToByteArray())).ToArray();
            var mutant = Mutation.Protobuf.Of(frames, random);
            var (answer, status, detail) = await host.SendAsync("inference.GRPCInferenceService/ModelStreamInfer", mutant);

            if (IsNoFrame(status, detail))
            {
                return "no frame";
            }

            Assert.True(IsFine(status, detail), $"{status} {detail} for {Convert.ToHexString(mutant)}");
            return $"{(answer.Length > 0 ? "answers and " : "")}{status}";
        });
        Assert.DoesNotContain(host.Http.Log.Entries, static entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(0, host.Http.InFlight.Charged);
        Assert.InRange(outcomes["answers and OK"], count / 100, count);
        Assert.InRange(outcomes["no frame"], count / 100, count);
    }

    // A body that ends within a message, goes on behind the only one, or says that a message is compressed and not how: gRPC itself lays
    // down INTERNAL for these, and no error is logged.
    private static bool IsNoFrame(StatusCode status, string detail) => status == StatusCode.Internal && detail
        is "Incomplete message."
        or "Additional data after the message received."
        or "Request did not include grpc-encoding value with compressed message.";

    private static bool IsFine(StatusCode status, string detail) => status switch
    {
        StatusCode.OK => true,
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.ResourceExhausted or StatusCode.Unimplemented => detail.Length > 0,
        _ => false,
    };

    private static void Check(GrpcHost host, IReadOnlyDictionary<string, int> outcomes, int count)
    {
        Assert.DoesNotContain(host.Http.Log.Entries, static entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(0, host.Http.InFlight.Charged);
        Assert.InRange(outcomes["OK"], count / 120, count * 9 / 10);
        Assert.InRange(outcomes["InvalidArgument"], count / 10, count);
    }

    private static ModelInferRequest With(ModelInferRequest request, Action<ModelInferRequest> change)
    {
        change(request);
        return request;
    }
}
