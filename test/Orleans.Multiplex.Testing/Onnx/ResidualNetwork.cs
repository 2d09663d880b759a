namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>The graph of a network of residual blocks, two to a stage, and what weights it needs.</summary>
internal sealed class ResidualNetwork
{
    private readonly List<(string Name, int Inputs, long[] Shape)> _weights = [];
    private readonly List<(string Name, float Value, int Width)> _constants = [];
    private int _nodes;

    public ResidualNetwork(IReadOnlyList<int> widths, int classes, int side)
    {
        Graph = new OnnxGraph("residual")
            .Input("x", OnnxType.Rows(TensorType.Float32, "batch_size", 3, side, side))
            .Output("y", OnnxType.Rows(TensorType.Float32, "batch_size", classes));
        var value = AddNode("MaxPool", [Convolve("x", 3, widths[0], kernel: 7, stride: 2, isActive: true)], Kernel(3), Strides(2), Pads(1));
        var channels = widths[0];
        foreach (var width in widths)
        {
            value = AddBlock(value, channels, width, stride: width == channels ? 1 : 2);
            value = AddBlock(value, width, width, stride: 1);
            channels = width;
        }

        var features = AddNode("Flatten", [AddNode("GlobalAveragePool", [value])]);
        _weights.Add(("classes", channels, [classes, channels]));
        Graph.Node("Gemm", [features, "classes"], ["y"], AttributeValue.Of("transB", 1L));
    }

    public OnnxGraph Graph { get; }

    /// <summary>Random weights: the name, how many inputs a sum of them has, the shape.</summary>
    public IReadOnlyList<(string Name, int Inputs, long[] Shape)> Weights => _weights;

    /// <summary>Weights that are all the same: what normalization gets.</summary>
    public IReadOnlyList<(string Name, float Value, int Width)> Constants => _constants;

    private string AddBlock(string value, int channels, int width, int stride)
    {
        var first = Convolve(value, channels, width, 3, stride, isActive: true);
        var second = Convolve(first, width, width, 3, 1, isActive: false);
        var shortcut = channels == width ? value : Convolve(value, channels, width, 1, stride, isActive: false);
        return AddNode("Relu", [AddNode("Add", [second, shortcut])]);
    }

    private string Convolve(string value, int channels, int width, int kernel, int stride, bool isActive)
    {
        var weight = $"w{_nodes}";
        _weights.Add((weight, channels * kernel * kernel, [width, channels, kernel, kernel]));
        var convolved = AddNode("Conv", [value, weight], Kernel(kernel), Strides(stride), Pads(kernel / 2));
        var normalized = AddNode("BatchNormalization", [convolved, Fill(1, width), Fill(0, width), Fill(0, width), Fill(1, width)]);
        return isActive ? AddNode("Relu", [normalized]) : normalized;
    }

    private string Fill(float value, int width)
    {
        var name = $"c{_constants.Count}";
        _constants.Add((name, value, width));
        return name;
    }

    private string AddNode(string type, IEnumerable<string> inputs, params IEnumerable<AttributeValue> attributes)
    {
        var output = $"n{_nodes++}";
        Graph.Node(type, inputs, [output], attributes);
        return output;
    }

    private static AttributeValue Kernel(long size) => AttributeValue.Of("kernel_shape", (long[])[size, size]);

    private static AttributeValue Strides(long stride) => AttributeValue.Of("strides", (long[])[stride, stride]);

    private static AttributeValue Pads(long pad) => AttributeValue.Of("pads", (long[])[pad, pad, pad, pad]);
}
