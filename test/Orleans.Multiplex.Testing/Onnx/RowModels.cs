namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>
/// Models whose inputs and outputs all begin with a dimension called <c>N</c>: some of them give for each row what they would give for it alone, others mix
/// rows. FP32 [N,4] to FP32 [N,4] where nothing else is said.
/// </summary>
public static class RowModels
{
    private const int Width = 4;

    /// <summary>Each row as it is alone: times <paramref name="scale"/> plus <paramref name="offset"/>.</summary>
    public static byte[] Affine(float scale, float offset) => Build(graph => graph
        .Initializer(Tensor.Create("scale", [scale]))
        .Initializer(Tensor.Create("offset", [offset]))
        .Node("Mul", ["x", "scale"], ["scaled"])
        .Node("Add", ["scaled", "offset"], ["y"]));

    /// <summary>Each row through layers that multiply: FP32 [N,<paramref name="width"/>] to <paramref name="hidden"/> and back.</summary>
    public static byte[] Mlp(int width, int hidden, int seed = 1) =>
        Build(
            graph => graph
                .Initializer(Weights("first", width, hidden, seed))
                .Initializer(Weights("second", hidden, width, seed + 1))
                .Node("MatMul", ["x", "first"], ["h"])
                .Node("Relu", ["h"], ["positive"])
                .Node("MatMul", ["positive", "second"], ["y"]),
            width);

    /// <summary>Each row softened by itself.</summary>
    public static byte[] SoftmaxOfRow() => Build(graph => graph.Node("Softmax", ["x"], ["y"], AttributeValue.Of("axis", 1L)));

    /// <summary>The models that mix rows, by what they do.</summary>
    public static IReadOnlyDictionary<string, byte[]> Mixing { get; } = new Dictionary<string, byte[]>(StringComparer.Ordinal)
    {
        ["the greater of the row and the last but one"] = Build(graph => graph
            .Initializer(Tensor.Create("zero", [0L]))
            .Initializer(Tensor.Create("two", [2L]))
            .Initializer(Tensor.Create("two from the end", [-2L]))
            .Node("Slice", ["x", "zero", "two", "zero"], ["first two"])
            .Node("Slice", ["x", "zero", "two from the end", "zero"], ["all but two"])
            .Node("Concat", ["first two", "all but two"], ["later"], AttributeValue.Of("axis", 0L))
            .Node("Max", ["x", "later"], ["y"])),
        ["softmax over rows"] = Build(graph => graph.Node("Softmax", ["x"], ["y"], AttributeValue.Of("axis", 0L))),
        ["less the mean of all rows"] = Build(graph => graph
            .Initializer(Tensor.Create("axes", [0L]))
            .Node("ReduceMean", ["x", "axes"], ["mean"])
            .Node("Sub", ["x", "mean"], ["y"])),
        ["sum up to the row"] = Build(graph => graph.Initializer(Tensor.CreateScalar("axis", 0L)).Node("CumSum", ["x", "axis"], ["y"])),
        ["sum from the row on"] = Build(graph => graph
            .Initializer(Tensor.CreateScalar("axis", 0L))
            .Node("CumSum", ["x", "axis"], ["y"], AttributeValue.Of("reverse", 1L))),
        ["the largest rows"] = Build(graph => graph
            .Initializer(Tensor.Create("count", [1L]))
            .Node("TopK", ["x", "count"], ["y", "places"], AttributeValue.Of("axis", 0L))),
        ["the rows sorted"] = Build(graph => graph
            .Node("Shape", ["x"], ["rows"], AttributeValue.Of("start", 0L), AttributeValue.Of("end", 1L))
            .Node("TopK", ["x", "rows"], ["y", "places"], AttributeValue.Of("axis", 0L))),
        ["places of what is not zero"] = Build(graph => graph
            .Node("NonZero", ["x"], ["places"])
            .Node("Transpose", ["places"], ["pairs"])
            .Node("Cast", ["pairs"], ["y"], AttributeValue.Of("to", 1L))),
        ["rows are steps in time"] = TimeMajor(),
        ["rows backwards"] = Build(graph => graph
            .Initializer(Tensor.Create("starts", [-1L])).Initializer(Tensor.Create("ends", [long.MinValue]))
            .Initializer(Tensor.Create("axes", [0L])).Initializer(Tensor.Create("steps", [-1L]))
            .Node("Slice", ["x", "starts", "ends", "axes", "steps"], ["y"])),
        ["less the first row"] = Build(graph => graph
            .Initializer(Tensor.Create("zero", [0L]))
            .Node("Gather", ["x", "zero"], ["first"], AttributeValue.Of("axis", 0L))
            .Node("Sub", ["x", "first"], ["y"])),
        ["divided by the number of rows"] = Build(graph => graph
            .Node("Shape", ["x"], ["rows"], AttributeValue.Of("start", 0L), AttributeValue.Of("end", 1L))
            .Node("Cast", ["rows"], ["count"], AttributeValue.Of("to", 1L))
            .Node("Div", ["x", "count"], ["y"])),
        ["rows attend to rows"] = Build(graph => graph
            .Node("Transpose", ["x"], ["turned"])
            .Node("MatMul", ["x", "turned"], ["scores"])
            .Node("Softmax", ["scores"], ["weights"], AttributeValue.Of("axis", 1L))
            .Node("MatMul", ["weights", "x"], ["y"])),
        ["by the largest of all"] = Build(graph => graph
            .Node("ReduceMax", ["x"], ["largest"], AttributeValue.Of("keepdims", 0L))
            .Node("Div", ["x", "largest"], ["y"])),
    };

    private static byte[] Build(Action<OnnxGraph> addNodes, int width = Width)
    {
        var graph = new OnnxGraph("rows")
            .Input("x", OnnxType.Rows(TensorType.Float32, "N", width))
            .Output("y", OnnxType.Rows(TensorType.Float32, "N", width));
        addNodes(graph);
        return new OnnxModelBuilder(graph).Build();
    }

    // FP32 [N,1,4] to [N,1,1,4]: the rows of a recurrent network are what it remembers one behind the other.
    private static byte[] TimeMajor()
    {
        var graph = new OnnxGraph("time")
            .Input("x", OnnxType.Rows(TensorType.Float32, "N", 1, Width))
            .Output("y", OnnxType.Rows(TensorType.Float32, "N", 1, 1, Width))
            .Initializer(Weights("w", [1, Width, Width], 3))
            .Initializer(Weights("r", [1, Width, Width], 4))
            .Node("RNN", ["x", "w", "r"], ["y"], AttributeValue.Of("hidden_size", (long)Width));
        return new OnnxModelBuilder(graph).Build();
    }

    private static Tensor Weights(string name, int rows, int columns, int seed) => Weights(name, [rows, columns], seed);

    private static Tensor Weights(string name, long[] shape, int seed)
    {
#pragma warning disable CA5394 // The same calls give the same bytes.
        var random = new Random(seed);
        var values = new float[shape.Aggregate(1L, static (product, dimension) => product * dimension)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * MathF.Sqrt(3f / shape[^2]);
        }
#pragma warning restore CA5394

        return Tensor.Create(name, values, shape);
    }
}
