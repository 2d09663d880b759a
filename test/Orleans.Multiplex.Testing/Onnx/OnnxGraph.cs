namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>A graph that is being written: a model's, or one in an attribute (the branches of an If, the body of a Loop).</summary>
public sealed class OnnxGraph
{
    public OnnxGraph(string name) => Message.Add(2, name);

    internal ProtoMessage Message { get; } = new();

    public OnnxGraph Input(string name, OnnxType type) => AddValue(11, name, type);

    public OnnxGraph Input(string name, TensorType type, params ReadOnlySpan<long> shape) => Input(name, OnnxType.Tensor(type, shape));

    public OnnxGraph Output(string name, OnnxType type) => AddValue(12, name, type);

    public OnnxGraph Output(string name, TensorType type, params ReadOnlySpan<long> shape) => Output(name, OnnxType.Tensor(type, shape));

    /// <summary>Adds a constant, or, when an input has the same name, the default of that input.</summary>
    public OnnxGraph Initializer(Tensor tensor) => Initializer(OnnxTensor.Write(tensor));

    /// <summary>Adds a tensor as the bytes say it (see <see cref="OnnxTensor"/>).</summary>
    public OnnxGraph Initializer(ProtoMessage tensor)
    {
        Message.Add(5, tensor);
        return this;
    }

    public OnnxGraph SparseInitializer(ProtoMessage values, ProtoMessage indices)
    {
        Message.Add(15, new ProtoMessage().Add(1, values).Add(2, indices));
        return this;
    }

    public OnnxGraph Node(string type, IEnumerable<string> inputs, IEnumerable<string> outputs, params IEnumerable<AttributeValue> attributes) =>
        Node("", type, inputs, outputs, attributes);

    /// <summary>Adds a node of an operator outside ONNX' own domain, for instance <see cref="OnnxModelBuilder.MlDomain"/>.</summary>
    public OnnxGraph Node(
        string domain, string type, IEnumerable<string> inputs, IEnumerable<string> outputs, params IEnumerable<AttributeValue> attributes)
    {
        Message.Add(1, WriteNode(domain, type, inputs, outputs, attributes));
        return this;
    }

    internal static ProtoMessage WriteNode(
        string domain, string type, IEnumerable<string> inputs, IEnumerable<string> outputs, IEnumerable<AttributeValue> attributes) =>
        new ProtoMessage()
            .AddEach(1, inputs, (node, field, name) => node.Add(field, name))
            .AddEach(2, outputs, (node, field, name) => node.Add(field, name))
            .Add(4, type)
            .AddEach(5, attributes, (node, field, attribute) => node.Add(field, attribute.Message))
            .Add(7, domain);

    private OnnxGraph AddValue(int field, string name, OnnxType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Message.Add(field, new ProtoMessage().Add(1, name).Add(2, type.Message));
        return this;
    }
}
