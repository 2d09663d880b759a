using Grpc.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>Bodies that are no messages: faults of the request, of which nobody is to be alarmed.</summary>
public sealed class WireFaultTests
{
    private static readonly (byte[] Body, StatusCode Status, string Text)[] Faults =
    [
        (WireCalls.Frame([0x0A, 0x09, 0x41]), StatusCode.InvalidArgument, "The message is not what"),
        (WireCalls.Frame([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), StatusCode.InvalidArgument, "The message is not what"),
        ([2, 0, 0, 0, 1, 0], StatusCode.InvalidArgument, "no message of gRPC"),
        ([0, 0x80, 0, 0, 0, 0], StatusCode.ResourceExhausted, "longer than any may be"),
        ([0, 0x7F, 0xFF, 0xFF, 0xFF, 0], StatusCode.ResourceExhausted, "maximum"),
    ];

    [Theory]
    [InlineData("inference.GRPCInferenceService/ModelInfer")]
    [InlineData("inference.GRPCInferenceService/ModelReady")]
    [InlineData("inference.GRPCInferenceService/ModelStreamInfer")]
    [InlineData("grpc.health.v1.Health/Check")]
    public async Task Call_WithABodyThatIsNoMessage_IsRefused(string method)
    {
        await using var host = await GrpcHost.StartAsync();

        foreach (var (body, status, text) in Faults.SkipLast(method.StartsWith("grpc.health", StringComparison.Ordinal) ? 1 : 0))
        {
            var reply = await host.SendAsync(method, body);
            Assert.Equal(status, reply.Status);
            Assert.Contains(text, reply.Detail, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(host.Http.Log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Stream_WithABadMessageAfterGoodOnes_AnswersThoseFirst()
    {
        await using var host = await GrpcHost.StartAsync();
        var good = WireCalls.Frame(Google.Protobuf.MessageExtensions.ToByteArray(StreamCalls.Request("1")));

        foreach (var bad in (byte[][])[WireCalls.Frame([0xFF]), [2, 0, 0, 0, 0], [0, 0xFF, 0, 0, 0]])
        {
            var (answers, status, _) = await host.SendAsync("inference.GRPCInferenceService/ModelStreamInfer", [.. good, .. good, .. bad]);

            Assert.NotEqual(StatusCode.OK, status);
            Assert.NotEqual(StatusCode.Internal, status);
            var first = 5 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(answers.AsSpan(1));
            Assert.Equal(2 * first, answers.Length);
        }
    }
}
