namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>Models of the sizes that people serve, with random weights; each is written to a file that must not be there yet.</summary>
public static class LargeModels
{
    // As exporters call it.
    private const string Rows = "batch_size";

    /// <summary>A network for pictures as ResNet-18 is: FP32 [-1,3,224,224] to [-1,1000], 47 MB of weights, nearly all of them in convolutions.</summary>
    public static void WriteResNet(string path) => WriteResNet(path, [64, 128, 256, 512], classes: 1000, side: 224);

    /// <summary>A network of the same kind.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="widths">The channels of each stage.</param>
    /// <param name="classes">The width of the answer.</param>
    /// <param name="side">The width and height of a picture.</param>
    public static void WriteResNet(string path, IReadOnlyList<int> widths, int classes, int side)
    {
        ArgumentNullException.ThrowIfNull(widths);
        var network = new ResidualNetwork(widths, classes, side);
        using var file = new OnnxFileWriter(path, new OnnxModelBuilder(network.Graph) { Opset = 17 });
        foreach (var (name, inputs, shape) in network.Weights)
        {
            file.AddRandom(name, MathF.Sqrt(3f / inputs), shape);
        }

        foreach (var (name, value, width) in network.Constants)
        {
            file.AddFilled(name, value, width);
        }
    }

    /// <summary>Layers that multiply: FP32 [-1,<paramref name="width"/>] to the same; each takes four times the square of the width in bytes.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="width">The width of a layer.</param>
    /// <param name="layers">How many there are.</param>
    /// <param name="operation"><c>Gemm</c> or <c>MatMul</c>.</param>
    /// <param name="seed">Makes its weights others than those of another.</param>
    public static void WriteLayers(string path, int width, int layers, string operation, int seed = 0)
    {
        var graph = new OnnxGraph("layers").Input("x", TensorType.Float32, -1, width).Output("y", TensorType.Float32, -1, width);
        for (var i = 0; i < layers; i++)
        {
            graph.Node(operation, [i == 0 ? "x" : $"v{i}", $"w{i}"], [$"u{i}"])
                .Node("Tanh", [$"u{i}"], [i == layers - 1 ? "y" : $"v{i + 1}"]);
        }

        using var file = new OnnxFileWriter(path, new OnnxModelBuilder(graph) { Opset = 17 }) { Seed = 17 + seed };
        for (var i = 0; i < layers; i++)
        {
            file.AddRandom($"w{i}", MathF.Sqrt(3f / width), width, width);
        }
    }

    /// <summary>Two layers with biases, as a classifier has them: FP32 [-1,<paramref name="inputs"/>] to [-1,<paramref name="outputs"/>].</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="inputs">The width of a row.</param>
    /// <param name="hidden">The width between the layers.</param>
    /// <param name="outputs">The width of the answer.</param>
    /// <param name="seed">Makes its weights others than those of another.</param>
    public static void WritePerceptron(string path, int inputs, int hidden, int outputs, int seed = 0)
    {
        var graph = new OnnxGraph("perceptron")
            .Input("x", OnnxType.Rows(TensorType.Float32, Rows, inputs))
            .Output("y", OnnxType.Rows(TensorType.Float32, Rows, outputs))
            .Node("Gemm", ["x", "w1", "b1"], ["hidden"])
            .Node("Relu", ["hidden"], ["positive"])
            .Node("Gemm", ["positive", "w2", "b2"], ["y"]);
        using var file = new OnnxFileWriter(path, new OnnxModelBuilder(graph) { Opset = 17 }) { Seed = 17 + seed };
        file.AddRandom("w1", MathF.Sqrt(3f / inputs), inputs, hidden);
        file.AddRandom("b1", 0.1f, hidden);
        file.AddRandom("w2", MathF.Sqrt(3f / hidden), hidden, outputs);
        file.AddRandom("b2", 0.1f, outputs);
    }

    /// <summary>
    /// Convolutions one after the other that share their weights, so that it is the run that is large: FP32 [-1,3,<paramref name="side"/>,<paramref name="side"/>]
    /// to [-1,<paramref name="channels"/>].
    /// </summary>
    /// <param name="path">The file to write.</param>
    /// <param name="channels">The channels of each layer.</param>
    /// <param name="layers">How many there are.</param>
    /// <param name="side">The width and height of a picture.</param>
    public static void WriteConvolutions(string path, int channels, int layers, int side)
    {
        AttributeValue[] settings = [AttributeValue.Of("kernel_shape", (long[])[3, 3]), AttributeValue.Of("pads", (long[])[1, 1, 1, 1])];
        var graph = new OnnxGraph("convolutions")
            .Input("x", OnnxType.Rows(TensorType.Float32, Rows, 3, side, side))
            .Output("y", OnnxType.Rows(TensorType.Float32, Rows, channels))
            .Node("Conv", ["x", "first"], ["v0"], settings);
        for (var i = 0; i < layers; i++)
        {
            graph.Node("Conv", [$"v{i}", "w"], [$"u{i}"], settings).Node("Relu", [$"u{i}"], [$"v{i + 1}"]);
        }

        graph.Node("GlobalAveragePool", [$"v{layers}"], ["means"]).Node("Flatten", ["means"], ["y"]);
        using var file = new OnnxFileWriter(path, new OnnxModelBuilder(graph) { Opset = 17 });
        file.AddRandom("first", MathF.Sqrt(6f / (3 * 9)), channels, 3, 3, 3);
        file.AddRandom("w", MathF.Sqrt(6f / (channels * 9)), channels, channels, 3, 3);
    }

    /// <summary>Rows of a table, their mean, and a small layer: INT64 [-1,8] to FP32 [-1,16].</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="rows">The rows of the table.</param>
    /// <param name="width">Their width.</param>
    public static void WriteEmbedding(string path, int rows, int width)
    {
        var graph = new OnnxGraph("embedding")
            .Input("x", TensorType.Int64, -1, 8)
            .Output("y", TensorType.Float32, -1, 16)
            .Node("Gather", ["table", "x"], ["rows"])
            .Node("ReduceMean", ["rows"], ["mean"], AttributeValue.Of("axes", (long[])[1]), AttributeValue.Of("keepdims", 0L))
            .Node("Gemm", ["mean", "w"], ["y"]);
        using var file = new OnnxFileWriter(path, new OnnxModelBuilder(graph) { Opset = 17 });
        file.AddRandom("table", 1, rows, width);
        file.AddRandom("w", MathF.Sqrt(3f / width), width, 16);
    }

    /// <summary>
    /// A layer whose weights are a product of constants, which ONNX Runtime computes when it opens the model: FP32 [-1,<paramref name="width"/>] to the same. It is
    /// slow to open for its size.
    /// </summary>
    /// <param name="path">The file to write.</param>
    /// <param name="width">The width of the layer.</param>
    /// <param name="products">How many products there are.</param>
    public static void WriteConstantProducts(string path, int width, int products)
    {
        var graph = new OnnxGraph("products").Input("x", TensorType.Float32, -1, width).Output("y", TensorType.Float32, -1, width);
        for (var i = 0; i < products; i++)
        {
            graph.Node("MatMul", [i == 0 ? "w" : $"p{i - 1}", "w"], [$"p{i}"]);
        }

        graph.Node("MatMul", ["x", $"p{products - 1}"], ["y"]);
        using var file = new OnnxFileWriter(path, new OnnxModelBuilder(graph) { Opset = 17 });
        file.AddRandom("w", MathF.Sqrt(3f / width), width, width);
    }
}
