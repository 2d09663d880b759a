using System.Runtime.InteropServices;
using Orleans.Multiplex.Testing.OpenInference;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>The typed contents of an output as the bytes of a tensor.</summary>
internal static class TypedBytes
{
    public static byte[] Of(ModelInferResponse.Types.InferOutputTensor output)
    {
        var contents = output.Contents;
        return output.Datatype switch
        {
            "BOOL" => Of(contents.BoolContents),
            "UINT8" => Of(contents.UintContents.Select(value => checked((byte)value))),
            "UINT16" => Of(contents.UintContents.Select(value => checked((ushort)value))),
            "UINT32" => Of(contents.UintContents),
            "UINT64" => Of(contents.Uint64Contents),
            "INT8" => Of(contents.IntContents.Select(value => checked((sbyte)value))),
            "INT16" => Of(contents.IntContents.Select(value => checked((short)value))),
            "INT32" => Of(contents.IntContents),
            "INT64" => Of(contents.Int64Contents),
            "FP32" => Of(contents.Fp32Contents),
            "FP64" => Of(contents.Fp64Contents),
            "BYTES" => [.. contents.BytesContents.SelectMany(element => BitConverter.GetBytes(element.Length).Concat(element.ToByteArray()))],
            var other => throw new InvalidDataException($"There are no typed contents of {other}."),
        };
    }

    private static byte[] Of<T>(IEnumerable<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray();
}
