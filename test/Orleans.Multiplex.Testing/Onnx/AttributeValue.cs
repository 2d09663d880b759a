namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>An attribute of a node.</summary>
public sealed class AttributeValue
{
    private AttributeValue(string name, int type, Func<ProtoMessage, ProtoMessage> addValue) =>
        Message = addValue(new ProtoMessage().Add(1, name)).Add(20, (long)type);

    internal ProtoMessage Message { get; }

    public static AttributeValue Of(string name, float value) => new(name, 1, message => message.Add(2, value));

    public static AttributeValue Of(string name, long value) => new(name, 2, message => message.Add(3, value));

    public static AttributeValue Of(string name, string value) => new(name, 3, message => message.Add(4, value));

    /// <summary>A tensor as the bytes say it (see <see cref="OnnxTensor"/>).</summary>
    public static AttributeValue Of(string name, ProtoMessage tensor) => new(name, 4, message => message.Add(5, tensor));

    public static AttributeValue Of(string name, Tensor value) => Of(name, OnnxTensor.Write(value));

    public static AttributeValue Of(string name, OnnxGraph value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(name, 5, message => message.Add(6, value.Message));
    }

    public static AttributeValue Of(string name, IEnumerable<float> values) =>
        new(name, 6, message => message.AddEach(7, values, (attribute, field, value) => attribute.Add(field, value)));

    public static AttributeValue Of(string name, IEnumerable<long> values) =>
        new(name, 7, message => message.AddEach(8, values, (attribute, field, value) => attribute.Add(field, value)));

    public static AttributeValue Of(string name, IEnumerable<string> values) =>
        new(name, 8, message => message.AddEach(9, values, (attribute, field, value) => attribute.Add(field, value)));

    public static AttributeValue Of(string name, OnnxType value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(name, 13, message => message.Add(14, value.Message));
    }
}
