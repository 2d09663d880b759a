namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>Writes tensors as TensorProto messages.</summary>
public static class OnnxTensor
{
    public static ProtoMessage Write(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var message = WriteHead(tensor.Name, tensor.Type, [.. tensor.Shape]);
        return tensor.Type == TensorType.String
            ? message.AddEach(6, tensor.EnumerateBytes(), (tensor, field, text) => tensor.Add(field, text))
            : message.Add(9, tensor.Data);
    }

    /// <summary>A tensor whose data lie in another file: what a model must not have.</summary>
    public static ProtoMessage WriteExternal(string name, TensorType type, ReadOnlySpan<long> shape, string location) =>
        WriteHead(name, type, shape)
            .Add(13, new ProtoMessage().Add(1, "location").Add(2, location))
            .Add(14, 1L);

    /// <summary>A tensor without data.</summary>
    public static ProtoMessage WriteHead(string name, TensorType type, ReadOnlySpan<long> shape)
    {
        var message = new ProtoMessage();
        foreach (var dimension in shape)
        {
            message.Add(1, dimension);
        }

        return message.Add(2, (long)type.GetOnnxNumber()).Add(8, name);
    }
}
