namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>Writes ONNX model files. The same calls give the same bytes.</summary>
/// <param name="graph">The model's graph.</param>
public sealed class OnnxModelBuilder(OnnxGraph graph)
{
    /// <summary>The domain of the operators for classical machine learning.</summary>
    public const string MlDomain = "ai.onnx.ml";

    private readonly ProtoMessage _functions = new();

    /// <summary>The version of the file format. Below 4, an initializer that is also an input cannot be overridden by a request.</summary>
    public int IrVersion { get; init; } = 10;

    /// <summary>The version of ONNX' own operators.</summary>
    public int Opset { get; init; } = 21;

    /// <summary>The version of the operators of <see cref="MlDomain"/>; null leaves that domain out.</summary>
    public int? MlOpset { get; init; }

    /// <summary>What the model does.</summary>
    public string DocString { get; init; } = "";

    /// <summary>Adds a function of the domain <c>test</c>: an operator without inputs, made of one node.</summary>
    public OnnxModelBuilder Function(string name, string output, string nodeType, params IEnumerable<AttributeValue> attributes)
    {
        _functions.Add(25, new ProtoMessage()
            .Add(1, name)
            .Add(5, output)
            .Add(7, OnnxGraph.WriteNode("", nodeType, [], [output], attributes))
            .Add(9, WriteOpset("", Opset))
            .Add(10, "test"));
        return this;
    }

    public byte[] Build()
    {
        var model = new ProtoMessage()
            .Add(1, IrVersion)
            .Add(2, "Orleans.Multiplex")
            .Add(6, DocString)
            .Add(7, graph.Message)
            .Add(8, WriteOpset("", Opset));
        if (MlOpset is { } version)
        {
            model.Add(8, WriteOpset(MlDomain, version));
        }

        if (!_functions.Bytes.IsEmpty)
        {
            model.Add(8, WriteOpset("test", 1));
        }

        return [.. model.Bytes.Span, .. _functions.Bytes.Span];
    }

    private static ProtoMessage WriteOpset(string domain, int version) => new ProtoMessage().Add(1, domain).Add(2, (long)version);
}
