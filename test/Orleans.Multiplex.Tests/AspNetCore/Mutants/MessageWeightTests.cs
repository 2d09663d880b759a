using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>Messages of few bytes and many objects: the objects are charged before there are any.</summary>
[Collection(Alone.Name)]
public sealed class MessageWeightTests
{
    private const int Repeats = 20_000;

    /// <summary>What is repeated: empty inputs and outputs, such with an unknown field, parameters, dimensions, texts, empty raw contents.</summary>
    public static TheoryData<string> Parts { get; } =
    [
        "2a00", "3200", "2a023000", "32021000", "22080a02613112020801", "2a1c1a1a0101010101010101010101010101010101010101010101010101",
        "32030a0161", "3a00", "0a0161",
    ];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Message_OfManyParts_WeighsAtLeastWhatItTakes(string part)
    {
        var message = Repeat(part, Repeats);
        var parser = ModelInferRequest.Parser.WithDiscardUnknownFields(true);
        Measure(parser, Convert.FromHexString(part), out _);

        var took = Measure(parser, message, out var isMessage);

        Assert.True(MessageWeight.TryWeigh(new ReadOnlySequence<byte>(WireCalls.Frame(message)), ModelInferRequest.Descriptor, out var weight));

        // What a text or a list grew out of is gone at once; the bytes on the wire are charged by themselves.
        Assert.True(!isMessage || took <= weight + message.Length + 4096, $"{took} bytes were taken, and {weight} charged.");
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Call_WithMoreObjectsThanFit_IsRefusedWithoutThem(string part)
    {
        const int Limit = 8 << 20;
        await using var host = await GrpcHost.StartAsync(
            settings: static settings => (settings["Multiplex:MaxRequestBytes"], settings["Multiplex:MaxBytesInFlight"]) = ("4MiB", "8MiB"), logged: LogLevel.Warning);
        var frame = WireCalls.Frame(Repeat(part, (3 << 20) * 2 / part.Length));
        await host.SendAsync("inference.GRPCInferenceService/ModelInfer", WireCalls.Frame([]));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var (_, status, detail) = await host.SendAsync("inference.GRPCInferenceService/ModelInfer", frame);

        // Client and server have the bytes themselves, too.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Limit + (16 << 20));
        Assert.Contains(status, new[] { StatusCode.ResourceExhausted, StatusCode.InvalidArgument });
        Assert.NotEmpty(detail);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Message_InPieces_WeighsTheSame(int pieceLength)
    {
        var request = GrpcHost.Raw("FP32", [2, 4], new byte[32]);
        request.Parameters["timeout"] = new() { Int64Param = 250_000 };
        var frame = WireCalls.Frame(request.ToByteArray());
        MessageWeight.TryWeigh(new ReadOnlySequence<byte>(frame), ModelInferRequest.Descriptor, out var whole);

        Assert.True(MessageWeight.TryWeigh(Pieces(frame, pieceLength), ModelInferRequest.Descriptor, out var weight));

        Assert.Equal(whole, weight);
        Assert.InRange(weight, 500, 3000);
        for (var length = 0; length < frame.Length; length++)
        {
            Assert.False(MessageWeight.TryWeigh(Pieces(frame[..length], pieceLength), ModelInferRequest.Descriptor, out _));
        }
    }

    private static byte[] Repeat(string part, int count)
    {
        var bytes = Convert.FromHexString(part);
        return [.. Enumerable.Repeat(bytes, count).SelectMany(static one => one)];
    }

    private static long Measure(MessageParser<ModelInferRequest> parser, byte[] message, out bool isMessage)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            GC.KeepAlive(parser.ParseFrom(new ReadOnlySequence<byte>(message)));
            isMessage = true;
        }
        catch (InvalidProtocolBufferException)
        {
            isMessage = false;
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int length)
    {
        var first = new Piece(default, 0);
        var last = first;
        for (var at = 0; at < bytes.Length; at += length)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
