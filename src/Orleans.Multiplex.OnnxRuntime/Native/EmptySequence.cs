using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>
/// Makes empty sequences of tensors. ONNX Runtime makes a sequence from its elements alone, so a model of one node gives them.
/// </summary>
internal static class EmptySequence
{
    public static OrtValue Create(TensorType elementType)
    {
        var model = WriteModel((byte)elementType.ToOnnx());
        using var settings = SessionSettings.Create(model.Length);
        using var session = new InferenceSession(model, settings);
        using var options = new RunOptions();

        // The list is not disposed, since that would dispose the value.
        return session.Run(options, [], (OrtValue[])[], ["y"])[0];
    }

    // Fields and lengths as protobuf writes them; the element type is a number of one byte.
    private static byte[] WriteModel(byte type) =>
    [
        0x08, 0x07, 0x3A, 0x34, // version 7 of the format; graph
        0x0A, 0x20, 0x12, 0x01, (byte)'y', 0x22, 0x0D, .. "SequenceEmpty"u8, // node: output, operator
        0x2A, 0x0C, 0x0A, 0x05, .. "dtype"u8, 0x18, type, 0xA0, 0x01, 0x02, // attribute: name, number, kind
        0x12, 0x01, (byte)'g', // the graph's name
        0x62, 0x0D, 0x0A, 0x01, (byte)'y', 0x12, 0x08, 0x22, 0x06, 0x0A, 0x04, 0x0A, 0x02, 0x08, type, // output: sequence of tensors
        0x42, 0x04, 0x0A, 0x00, 0x10, 0x0D, // version 13 of the operators
    ];
}
