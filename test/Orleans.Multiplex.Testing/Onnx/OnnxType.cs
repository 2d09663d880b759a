namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>The type of an input or output, as a TypeProto says it.</summary>
public sealed class OnnxType
{
    private OnnxType(ProtoMessage message) => Message = message;

    internal ProtoMessage Message { get; }

    /// <summary>A tensor of a known rank; −1 and names are dimensions of any size.</summary>
    public static OnnxType Tensor(TensorType type, params ReadOnlySpan<long> shape)
    {
        var dimensions = new ProtoMessage();
        foreach (var dimension in shape)
        {
            dimensions.Add(1, dimension < 0 ? new ProtoMessage() : new ProtoMessage().Add(1, dimension));
        }

        return OfTensor(type, dimensions);
    }

    /// <summary>A tensor whose dimensions all have names.</summary>
    public static OnnxType NamedTensor(TensorType type, params IEnumerable<string> dimensions) =>
        OfTensor(type, new ProtoMessage().AddEach(1, dimensions, (shape, field, name) => shape.Add(field, new ProtoMessage().Add(2, name))));

    /// <summary>A tensor whose first dimension has a name, and the others sizes.</summary>
    public static OnnxType Rows(TensorType type, string rows, params ReadOnlySpan<long> rest)
    {
        var dimensions = new ProtoMessage().Add(1, new ProtoMessage().Add(2, rows));
        foreach (var dimension in rest)
        {
            dimensions.Add(1, new ProtoMessage().Add(1, dimension));
        }

        return OfTensor(type, dimensions);
    }

    /// <summary>A tensor of any rank.</summary>
    public static OnnxType AnyRank(TensorType type) => OfTensor(type, null);

    public static OnnxType Sequence(OnnxType element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new(new ProtoMessage().Add(4, new ProtoMessage().Add(1, element.Message)));
    }

    public static OnnxType Map(TensorType key, TensorType value) =>
        new(new ProtoMessage().Add(5, new ProtoMessage().Add(1, (long)key.GetOnnxNumber()).Add(2, Tensor(value).Message)));

    public static OnnxType Optional(OnnxType element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new(new ProtoMessage().Add(9, new ProtoMessage().Add(1, element.Message)));
    }

    public static OnnxType SparseTensor(TensorType type) =>
        new(new ProtoMessage().Add(8, new ProtoMessage().Add(1, (long)type.GetOnnxNumber())));

    /// <summary>A type as the bytes say it, well formed or not.</summary>
    public static OnnxType Raw(ProtoMessage message) => new(message);

    private static OnnxType OfTensor(TensorType type, ProtoMessage? shape)
    {
        var tensor = new ProtoMessage().Add(1, (long)type.GetOnnxNumber());
        return new(new ProtoMessage().Add(1, shape is null ? tensor : tensor.Add(2, shape)));
    }
}
