using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>A shape of 2^40 elements over a body of one KiB, in each form: it is refused, and nothing is allocated for it.</summary>
[Collection(Alone.Name)]
public sealed class ImpossibleShapeTests
{
    private const long Count = 1L << 40;
    private const int Requests = 200;

    // What a request of one KiB takes, client and server together, is some 25 KiB.
    private const long MostBytes = 100 << 10;

    private static readonly long[][] Shapes = [[Count], [1L << 20, 1L << 20], [0x400, 0x400, 0x400, 0x400]];

    [Fact]
    public async Task Json_OfTooFewElements_IsRefusedWithoutAllocating()
    {
        await using var host = await HttpHost.StartAsync(logged: LogLevel.Warning);
        var data = string.Join(',', Enumerable.Repeat("1", 500));

        foreach (var shape in Shapes)
        {
            foreach (var type in (string[])["FP64", "BOOL"])
            {
                // The data first, and the shape first.
                string[] members = [$"\"shape\":[{string.Join(',', shape)}]", $"\"data\":[{(type == "BOOL" ? data.Replace("1", "true", StringComparison.Ordinal) : data)}]"];
                foreach (var order in (string[])[$"{members[0]},{members[1]}", $"{members[1]},{members[0]}"])
                {
                    await MeasureAsync(async () =>
                        (await host.InferAsync($$"""{"inputs":[{"name":"X","datatype":"{{type}}",{{order}}}]}""")).IsError(HttpStatusCode.BadRequest, "'X'"));
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Binary_OfTooFewBytes_IsRefusedWithoutAllocating(bool chunked)
    {
        await using var host = await HttpHost.StartAsync(logged: LogLevel.Warning);
        var bytes = new byte[1024];

        foreach (var shape in Shapes.Select(shape => string.Join(',', shape)))
        {
            // The size is what the shape asks for, which without a length of the whole is over the limit; or it is what is there.
            await MeasureAsync(async () => (await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", "FP32", shape, $"{4 * Count}")}}]}""", bytes, chunked: chunked))
                .IsError(chunked ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.BadRequest));
            await MeasureAsync(async () => (await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", "FP32", shape, "1024")}}]}""", bytes, chunked: chunked))
                .IsError(HttpStatusCode.BadRequest, "'X'"));
            await MeasureAsync(async () => (await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", "BYTES", shape, $"{4 * Count}")}}]}""", bytes, chunked: chunked))
                .IsError(chunked ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.BadRequest));
        }
    }

    [Theory]
    [InlineData("FP32")]
    [InlineData("BOOL")]
    [InlineData("BYTES")]
    [InlineData("INT4")]
    public async Task RawContents_OfTooFewBytes_AreRefusedWithoutAllocating(string type)
    {
        await using var host = await GrpcHost.StartAsync(logged: LogLevel.Warning);

        foreach (var shape in Shapes)
        {
            var request = GrpcHost.Raw(type, shape, new byte[1024]);
            await MeasureAsync(() => host.FailAsync(request, StatusCode.InvalidArgument, "'X'"));
        }
    }

    [Theory]
    [InlineData("FP32")]
    [InlineData("INT8")]
    [InlineData("BOOL")]
    [InlineData("BYTES")]
    public async Task TypedContents_OfTooFewElements_AreRefusedWithoutAllocating(string type)
    {
        await using var host = await GrpcHost.StartAsync(logged: LogLevel.Warning);

        foreach (var shape in Shapes)
        {
            var request = GrpcHost.Typed(type, shape, type switch
            {
                "FP32" => new() { Fp32Contents = { new float[256] } },
                "INT8" => new() { IntContents = { new int[1024] } },
                "BOOL" => new() { BoolContents = { new bool[1024] } },
                _ => new() { BytesContents = { Enumerable.Repeat(ByteString.Empty, 512) } },
            });
            await MeasureAsync(() => host.FailAsync(request, StatusCode.InvalidArgument, "'X'"));
        }
    }

    private static async Task MeasureAsync(Func<Task> sendAsync)
    {
        await sendAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Requests; i++)
        {
            await sendAsync();
        }

        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / Requests, 0, MostBytes);
    }
}
