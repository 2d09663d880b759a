using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using Orleans.Multiplex.LoadGenerator;
using Orleans.Multiplex.Testing.OpenInference;

namespace Orleans.Multiplex.Benchmarks.Serving.Models;

/// <summary>Writes a request in each way of the protocol.</summary>
internal static class WireCalls
{
    public static Call Make(ServedModel model, Wire wire, float[] input, TimeSpan? timeout) => wire switch
    {
        Wire.Binary => MakeBinary(model, input, timeout),
        Wire.Json => MakeJson(model, input, timeout),
        Wire.Grpc => MakeGrpc(model, input, timeout),
        _ => throw new ArgumentOutOfRangeException(nameof(wire)),
    };

    private static Call MakeJson(ServedModel model, float[] input, TimeSpan? timeout) => new()
    {
        Path = PathOf(model),
        Headers = new Dictionary<string, string> { ["content-type"] = "application/json" },
        Body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            inputs = new[] { new { name = "x", datatype = "FP32", shape = model.Shape, data = input } },
            parameters = Parameters(timeout),
        }),
        IsJson = true,
    };

    private static Call MakeBinary(ServedModel model, float[] input, TimeSpan? timeout)
    {
        var bytes = MemoryMarshal.AsBytes(input.AsSpan());
        var parameters = Parameters(timeout);
        parameters["binary_data_output"] = true;
        var head = JsonSerializer.SerializeToUtf8Bytes(new
        {
            inputs = new[] { new { name = "x", datatype = "FP32", shape = model.Shape, parameters = new { binary_data_size = bytes.Length } } },
            parameters,
        });
        return new Call
        {
            Path = PathOf(model),
            Headers = new Dictionary<string, string>
            {
                ["content-type"] = "application/octet-stream",
                ["inference-header-content-length"] = head.Length.ToString(CultureInfo.InvariantCulture),
            },
            Body = (byte[])[.. head, .. bytes],
        };
    }

    private static Call MakeGrpc(ServedModel model, float[] input, TimeSpan? timeout)
    {
        var request = new ModelInferRequest { ModelName = model.Id };
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { model.Shape } });
        request.RawInputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes(input.AsSpan())));
        if (timeout is { } time)
        {
            request.Parameters.Add("timeout", new InferParameter { Int64Param = (long)time.TotalMicroseconds });
        }

        // Not compressed, and the length.
        var body = new byte[5 + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
        request.WriteTo(body.AsSpan(5));
        return new Call
        {
            Path = "/inference.GRPCInferenceService/ModelInfer",
            Headers = new Dictionary<string, string> { ["content-type"] = "application/grpc", ["te"] = "trailers" },
            Body = body,
        };
    }

    private static string PathOf(ServedModel model) => $"/v2/models/{model.Id}/infer";

    private static Dictionary<string, object> Parameters(TimeSpan? timeout) =>
        timeout is { } time ? new() { ["timeout"] = (long)time.TotalMicroseconds } : [];
}
