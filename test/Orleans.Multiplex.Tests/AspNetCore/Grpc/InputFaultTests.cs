using Google.Protobuf;
using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class InputFaultTests
{
    private static readonly InferTensorContents One = new() { IntContents = { 1 } };

    /// <summary>Requests that are wrong, and what the error says.</summary>
    public static TheoryData<ModelInferRequest, string> Faults => new()
    {
        { With(GrpcHost.Raw("INT32", [1], [1, 0, 0, 0]), request => request.Inputs[0].Contents = One), "'X': it has contents beside raw_input_contents" },
        { With(GrpcHost.Raw("INT32", [0], []), request => request.Inputs[0].Contents = new()), "'X': it has contents beside raw_input_contents" },
        { With(GrpcHost.Raw("INT32", [0], []), request => request.RawInputContents.Add(ByteString.Empty)), "2 entries for 1 inputs" },
        { With(GrpcHost.Raw("INT32", [0], []), request => request.Inputs.Add(GrpcHost.Input("INT32", [0], null))), "1 entries for 2 inputs" },
        { GrpcHost.Raw("INT32", [2], [1, 0, 0, 0]), "'X': its raw contents have 4 bytes; 2 elements of type INT32 take 8" },
        { GrpcHost.Raw("INT32", [], [1, 0, 0]), "'X': its raw contents have 3 bytes; 1 elements" },
        { GrpcHost.Raw("BYTES", [1], [2, 0, 0, 0, 65]), "'X': its raw contents are not 1 elements of BYTES" },
        { GrpcHost.Raw("BYTES", [2], [1, 0, 0, 0, 65]), "'X': its raw contents are not 2 elements of BYTES" },
        { GrpcHost.Raw("BOOL", [2], [1, 2]), "'X': its raw contents have a byte other than 0 and 1" },
        { GrpcHost.Raw("FLOAT", [1], [1]), "'X': there is no datatype 'FLOAT'" },
        { GrpcHost.Raw("INT8", [-1], [1]), "'X': its shape [-1] has a dimension below 0" },
        { GrpcHost.Raw("INT8", [1L << 40, 1L << 40], [1]), "'X': its shape" },
        { GrpcHost.Raw("COMPLEX128", [long.MaxValue], [1]), "has more bytes than can be counted" },
        { GrpcHost.Raw("INT8", new long[65], []), "'X': its shape has more than 64 dimensions" },
        { GrpcHost.Raw("INT8", [1], [1], name: ""), "'inputs[0]': it has no name" },
        { GrpcHost.Typed("INT32", [2], One), "'X': its contents have 1 elements; its shape asks for 2" },
        { GrpcHost.Typed("INT32", [1L << 40], One), "'X': its contents have 1 elements" },
        { GrpcHost.Typed("INT32", [1], null), "'X': its contents have 0 elements" },
        { GrpcHost.Typed("FP32", [1], new() { Fp32Contents = { 1, 2 } }), "'X': its contents have 2 elements" },
        { GrpcHost.Typed("BYTES", [2], new() { BytesContents = { ByteString.CopyFromUtf8("ab") } }), "'X': its contents have 1 elements" },
        { GrpcHost.Typed("FP32", [1], One), "'X': it has int_contents; elements of type FP32 go into fp32_contents" },
        { GrpcHost.Typed("INT8", [2], new() { IntContents = { 1, 128 } }), "'X': element 1 is 128, which is out of the range of INT8" },
        { GrpcHost.Typed("INT8", [1], new() { IntContents = { -129 } }), "'X': element 0 is -129" },
        { GrpcHost.Typed("INT16", [1], new() { IntContents = { 32768 } }), "'X': element 0 is 32768" },
        { GrpcHost.Typed("INT16", [1], new() { IntContents = { -32769 } }), "'X': element 0 is -32769" },
        { GrpcHost.Typed("UINT8", [1], new() { UintContents = { 256 } }), "'X': element 0 is 256" },
        { GrpcHost.Typed("UINT16", [1], new() { UintContents = { uint.MaxValue } }), "'X': element 0 is 4294967295" },
        { GrpcHost.Typed("COMPLEX64", [0], null), "'X': its datatype is COMPLEX64, which has no typed contents" },
        { With(GrpcHost.Raw("INT8", [1], [1]), request => request.Parameters["timeout"] = new() { StringParam = "1" }), "The parameter timeout" },
        { With(GrpcHost.Raw("INT8", [1], [1]), request => request.Parameters["timeout"] = new() { Int64Param = -1 }), "The parameter timeout" },
        { With(GrpcHost.Raw("INT8", [1], [1]), request => request.Parameters["timeout"] = new() { Uint64Param = ulong.MaxValue }), "The parameter timeout" },
        { With(GrpcHost.Raw("INT8", [1], [1]), request => request.Parameters["priority"] = new() { StringParam = "1" }), "The parameter priority" },
        { With(GrpcHost.Raw("INT8", [1], [1]), request => request.Parameters["priority"] = new() { Int64Param = -1 }), "The parameter priority" },
        { With(GrpcHost.Raw("INT8", [1], [1]), request => request.Parameters["priority"] = new()), "The parameter priority" },
    };

    [Fact]
    public async Task Infer_WrongInput_SaysWhatIsWrong()
    {
        await using var host = await GrpcHost.StartAsync();

        foreach (var row in Faults)
        {
            await host.FailAsync(row.Data.Item1, StatusCode.InvalidArgument, row.Data.Item2);
        }

        Assert.Null(host.Fake.Last);
    }

    private static ModelInferRequest With(ModelInferRequest request, Action<ModelInferRequest> change)
    {
        change(request);
        return request;
    }
}
