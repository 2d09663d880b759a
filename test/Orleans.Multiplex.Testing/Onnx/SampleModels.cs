namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>
/// The models that the repository ships in <c>gateway/models</c>: each takes rows of three numbers (<c>x</c>, FP32 [-1,3]), answers
/// with <c>y</c>, and does something that one can check by eye.
/// </summary>
public static class SampleModels
{
    /// <summary>The files by the id of their model.</summary>
    public static IReadOnlyDictionary<string, byte[]> ById { get; } = new Dictionary<string, byte[]>
    {
        ["1"] = Build("Each number doubled.", Rows("double", 3)
            .Initializer(Tensor.Create("two", [2f]))
            .Node("Mul", ["x", "two"], ["y"])),
        ["2"] = Build("Each number squared.", Rows("square", 3)
            .Node("Mul", ["x", "x"], ["y"])),
        ["3"] = Build("The sum of the three numbers.", Rows("sum", 1)
            .Initializer(Tensor.Create("axes", [1L]))
            .Node("ReduceSum", ["x", "axes"], ["y"], AttributeValue.Of("keepdims", 1L))),
        ["4"] = Build("The three numbers, the largest first.", Rows("sort", 3)
            .Initializer(Tensor.Create("count", [3L]))
            .Node("TopK", ["x", "count"], ["y", "places"])),
    };

    private static OnnxGraph Rows(string name, long width) =>
        new OnnxGraph(name).Input("x", TensorType.Float32, -1, 3).Output("y", TensorType.Float32, -1, width);

    // Old versions on purpose, so that people can open the samples with other and older tools too.
    private static byte[] Build(string what, OnnxGraph graph) => new OnnxModelBuilder(graph) { IrVersion = 8, Opset = 13, DocString = what }.Build();
}
