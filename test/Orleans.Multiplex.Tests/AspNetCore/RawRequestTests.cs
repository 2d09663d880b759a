using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class RawRequestTests
{
    [Theory]
    [InlineData(TensorType.Float32, new long[] { -1, 4 }, 32, new long[] { 2, 4 })]
    [InlineData(TensorType.Float32, new long[] { -1, 4 }, 0, new long[] { 0, 4 })]
    [InlineData(TensorType.Float32, new long[] { 2, 4 }, 32, new long[] { 2, 4 })]
    [InlineData(TensorType.Float32, new long[] { 2, -1 }, 24, new long[] { 2, 3 })]
    [InlineData(TensorType.UInt8, new long[] { -1, -1, 3 }, 12, new long[] { 1, 4, 3 })]
    [InlineData(TensorType.Int64, new long[] { }, 8, new long[] { })]
    [InlineData(TensorType.Float16, new long[] { -1 }, 6, new long[] { 3 })]
    [InlineData(TensorType.Int4, new long[] { -1, 4 }, 6, new long[] { 3, 4 })]
    public async Task Body_OfNumbers_IsTheOneInputInTheModelsShape(TensorType type, long[] shape, int bytes, long[] expected)
    {
        await using var host = await HttpHost.StartAsync(Taking(new ValueSpec("X", ValueKind.Tensor, type, [.. shape], IsOptional: false)));
        byte[] body = [.. Enumerable.Range(1, bytes).Select(static value => (byte)value)];

        foreach (var chunked in new[] { false, true })
        {
            var (json, blobs) = (await host.SendBytesAsync(body, "0", chunked)).SplitBinary();

            var input = (Tensor)host.Fake.Last!.Value.Inputs.Single();
            Assert.Equal(("X", type), (input.Name, input.Type));
            Assert.Equal(expected, input.Shape);
            Assert.Equal(body, input.Data.ToArray());
            Assert.Equal(body, blobs.ToArray());
            Assert.False(json.TryGetProperty("id", out _));
            Assert.Equal(0, host.InFlight.Charged);
        }
    }

    [Theory]
    [InlineData(new long[] { 1 })]
    [InlineData(new long[] { -1 })]
    [InlineData(new long[] { -1, 1, -1 })]
    [InlineData(new long[] { })]
    public async Task Body_OfText_IsOneElement(long[] shape)
    {
        await using var host = await HttpHost.StartAsync(Taking(new ValueSpec("T", ValueKind.Tensor, TensorType.String, [.. shape], IsOptional: false)));

        foreach (var chunked in new[] { false, true })
        {
            (await host.SendBytesAsync([0xFF, 0xD8, 0x01], "0", chunked)).SplitBinary();

            var input = (Tensor)host.Fake.Last!.Value.Inputs.Single();
            Assert.Equal(shape.Select(static _ => 1L), input.Shape);
            Assert.Equal([0xFF, 0xD8, 0x01], Assert.Single(input.EnumerateBytes()).ToArray());
        }
    }

    public static TheoryData<ValueSpec[], int, string> Refused => new()
    {
        { [Spec(TensorType.Float32, 2, 4)], 31, "Input 'X': its binary data is 31 bytes; datatype FP32 and shape [2, 4] ask for 32." },
        { [Spec(TensorType.Float32, -1, 4)], 30, "shape [-1, 4] of FP32 does not follow from a body of 30 bytes" },
        { [Spec(TensorType.Float32, -1, -1, -1)], 16, "shape [-1, -1, -1] of FP32 does not follow" },
        { [Spec(TensorType.Float32, 2, -1, -1)], 16, "shape [2, -1, -1] of FP32 does not follow" },
        { [Spec(TensorType.Float32, -1, 0)], 0, "does not follow" },
        { [Spec(TensorType.Int4, -1, 3)], 6, "does not follow" },
        { [Spec(TensorType.Bool, 1)], 1, "BOOL takes 0 and 1" },
        { [Spec(TensorType.String, 2)], 3, "one element of BYTES; its shape [2]" },
        { [Spec(TensorType.String, 0)], 0, "one element of BYTES" },
        { [], 3, "this model takes 0" },
        { [Spec(TensorType.Int8, 1), Spec(TensorType.Int8, 1)], 3, "this model takes 2" },
        { [new ValueSpec("X", ValueKind.Tensor, TensorType.Int8, default, IsOptional: false)], 3, "Input 'X': the model does not say" },
        { [new ValueSpec("X", ValueKind.Tensor, null, [1], IsOptional: false)], 3, "does not say its datatype" },
        { [new ValueSpec("X", ValueKind.SequenceOfTensors, TensorType.Int8, [1], IsOptional: false)], 3, "does not say" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Body_ThatIsNotTheModelsOneInput_IsRefusedWithTheReason(ValueSpec[] inputs, int bytes, string part)
    {
        await using var host = await HttpHost.StartAsync(Taking(inputs));
        byte[] body = [.. Enumerable.Repeat((byte)2, bytes)];

        foreach (var chunked in new[] { false, true })
        {
            (await host.SendBytesAsync(body, "0", chunked)).IsError(HttpStatusCode.BadRequest, part);
            Assert.Null(host.Fake.Last);
            Assert.Equal(0, host.InFlight.Charged);
        }
    }

    [Fact]
    public async Task Body_OfTheOneInputThatMayNotBeLeftOut_IsRead()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.SendBytesAsync(new byte[16], "0")).SplitBinary();

        Assert.Equal("X", host.Fake.Last!.Value.Inputs.Single().Name);
    }

    [Fact]
    public async Task Body_ToAModelThatIsNotThere_IsNotFound()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnDescribe = static model => throw new ModelNotFoundException(model, "the store has no such model.") });

        (await host.SendBytesAsync(new byte[16], "0")).IsError(HttpStatusCode.NotFound);
    }

    private static ValueSpec Spec(TensorType type, params long[] shape) => new("X", ValueKind.Tensor, type, [.. shape], IsOptional: false);

    private static FakeMultiplexClient Taking(params ValueSpec[] inputs) => new()
    {
        OnDescribe = model => FakeMultiplexClient.Describe(model) with { Signature = new ModelSignature("onnx_onnxv1", [.. inputs], []) },
    };
}
