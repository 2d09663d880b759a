using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>
/// Models that tests serve, each of known behaviour. Inputs are called <c>x</c> and outputs <c>y</c> where nothing else is said.
/// </summary>
public static class TestModels
{
    /// <summary>FP32 [-1,4] times <paramref name="scale"/> plus <paramref name="offset"/>.</summary>
    public static byte[] Affine(float scale, float offset) =>
        new OnnxModelBuilder(new OnnxGraph("affine")
            .Input("x", TensorType.Float32, -1, 4)
            .Output("y", TensorType.Float32, -1, 4)
            .Initializer(Tensor.Create("scale", [scale]))
            .Initializer(Tensor.Create("offset", [offset]))
            .Node("Mul", ["x", "scale"], ["scaled"])
            .Node("Add", ["scaled", "offset"], ["y"])).Build();

    /// <summary>Gives its input back: of any element type and of the shape given, which may have −1 in it.</summary>
    public static byte[] Identity(TensorType type, params ReadOnlySpan<long> shape) => Identity(OnnxType.Tensor(type, shape));

    /// <summary>Gives its input back.</summary>
    public static byte[] Identity(OnnxType type) =>
        new OnnxModelBuilder(new OnnxGraph("identity").Input("x", type).Output("y", type).Node("Identity", ["x"], ["y"])).Build();

    /// <summary>A network of two layers with at least <paramref name="weights"/> FP32 weights: FP32 [-1,16] to [-1,16].</summary>
    public static byte[] Mlp(int weights)
    {
        const int Width = 16;
        var hidden = Math.Max((weights + (2 * Width) - 1) / (2 * Width), 1);
        return new OnnxModelBuilder(new OnnxGraph("mlp")
            .Input("x", TensorType.Float32, -1, Width)
            .Output("y", TensorType.Float32, -1, Width)
            .Initializer(Weights("first", Width, hidden))
            .Initializer(Weights("second", hidden, Width))
            .Node("MatMul", ["x", "first"], ["h"])
            .Node("Relu", ["h"], ["positive"])
            .Node("MatMul", ["positive", "second"], ["y"])).Build();
    }

    /// <summary>FP32 [-1,<paramref name="width"/>] to [-1,1] by a matrix of one column, which takes sixteen times its bytes once open.</summary>
    public static byte[] OneColumn(int width) =>
        new OnnxModelBuilder(new OnnxGraph("column")
            .Input("x", TensorType.Float32, -1, width)
            .Output("y", TensorType.Float32, -1, 1)
            .Initializer(Weights("w", width, 1))
            .Node("MatMul", ["x", "w"], ["y"])).Build();

    /// <summary>Counts in a loop up to its input <c>n</c>, an INT64 scalar, and gives the count: it runs for as long as one likes.</summary>
    public static byte[] Count()
    {
        var body = new OnnxGraph("body")
            .Input("i", TensorType.Int64)
            .Input("go_on", TensorType.Bool)
            .Input("before", TensorType.Int64)
            .Output("go_on_out", TensorType.Bool)
            .Output("after", TensorType.Int64)
            .Initializer(Tensor.CreateScalar("one", 1L))
            .Node("Identity", ["go_on"], ["go_on_out"])
            .Node("Add", ["before", "one"], ["after"]);
        return new OnnxModelBuilder(new OnnxGraph("count")
            .Input("n", TensorType.Int64)
            .Output("y", TensorType.Int64)
            .Initializer(Tensor.CreateScalar("true", true))
            .Initializer(Tensor.CreateScalar("zero", 0L))
            .Node("Loop", ["n", "true", "zero"], ["y"], AttributeValue.Of("body", body))).Build();
    }

    /// <summary>FP32 [-1,2] to <c>label</c> and <c>probabilities</c>, a sequence of maps, by a linear model; classes are 10, 20, 30.</summary>
    public static byte[] LinearClassifierWithNumbers() => LinearClassifier([10, 20, 30], null);

    /// <summary>The same with the classes <c>cat</c>, <c>dog</c>, <c>emu</c>.</summary>
    public static byte[] LinearClassifierWithText() => LinearClassifier(null, ["cat", "dog", "emu"]);

    /// <summary>A decision tree: FP32 [-1,1] to <c>label</c> (0 up to 0.5, else 1) and <c>probabilities</c>, a sequence of maps.</summary>
    public static byte[] TreeClassifier()
    {
        long[] labels = [0, 1];
        var graph = new OnnxGraph("tree")
            .Input("x", TensorType.Float32, -1, 1)
            .Output("label", TensorType.Int64, -1)
            .Output("probabilities", OnnxType.Sequence(OnnxType.Map(TensorType.Int64, TensorType.Float32)))
            .Node(
                OnnxModelBuilder.MlDomain, "TreeEnsembleClassifier", ["x"], ["label", "scores"],
                AttributeValue.Of("classlabels_int64s", labels),
                AttributeValue.Of("nodes_treeids", (long[])[0, 0, 0]),
                AttributeValue.Of("nodes_nodeids", (long[])[0, 1, 2]),
                AttributeValue.Of("nodes_featureids", (long[])[0, 0, 0]),
                AttributeValue.Of("nodes_values", (float[])[0.5f, 0, 0]),
                AttributeValue.Of("nodes_modes", (string[])["BRANCH_LEQ", "LEAF", "LEAF"]),
                AttributeValue.Of("nodes_truenodeids", (long[])[1, 0, 0]),
                AttributeValue.Of("nodes_falsenodeids", (long[])[2, 0, 0]),
                AttributeValue.Of("class_treeids", (long[])[0, 0]),
                AttributeValue.Of("class_nodeids", (long[])[1, 2]),
                AttributeValue.Of("class_ids", (long[])[0, 0]),
                AttributeValue.Of("class_weights", (float[])[0, 1]),
                AttributeValue.Of("post_transform", "NONE"))
            .Node(OnnxModelBuilder.MlDomain, "ZipMap", ["scores"], ["probabilities"], AttributeValue.Of("classlabels_int64s", labels));
        return new OnnxModelBuilder(graph) { MlOpset = 3 }.Build();
    }

    /// <summary>FP32 [-1] plus <c>offset</c>, FP32 [1], which is 10 when it is left out.</summary>
    /// <param name="irVersion">The version of the file format; below 4 the offset cannot be given.</param>
    public static byte[] OptionalInput(int irVersion = 10) =>
        new OnnxModelBuilder(new OnnxGraph("optional")
            .Input("x", TensorType.Float32, -1)
            .Input("offset", TensorType.Float32, 1)
            .Output("y", TensorType.Float32, -1)
            .Initializer(Tensor.Create("offset", [10f]))
            .Node("Add", ["x", "offset"], ["y"]))
        {
            IrVersion = irVersion,
            Opset = 13,
        }.Build();

    /// <summary>The sum of FP32 [-1], as a scalar.</summary>
    public static byte[] ScalarOutput() =>
        new OnnxModelBuilder(new OnnxGraph("sum")
            .Input("x", TensorType.Float32, -1)
            .Output("y", TensorType.Float32)
            .Node("ReduceSum", ["x"], ["y"], AttributeValue.Of("keepdims", 0L))).Build();

    /// <summary>Joins FP32 tensors <c>a</c> and <c>b</c> of one dimension to a sequence.</summary>
    public static byte[] SequenceOfTwo() =>
        new OnnxModelBuilder(new OnnxGraph("pair")
            .Input("a", TensorType.Float32, -1)
            .Input("b", TensorType.Float32, -1)
            .Output("y", OnnxType.Sequence(OnnxType.Tensor(TensorType.Float32, -1)))
            .Node("SequenceConstruct", ["a", "b"], ["y"])).Build();

    /// <summary>The number of tensors in a sequence of FP32 tensors, INT64 without dimensions.</summary>
    public static byte[] SequenceLength() =>
        new OnnxModelBuilder(new OnnxGraph("length")
            .Input("x", OnnxType.Sequence(OnnxType.Tensor(TensorType.Float32, -1)))
            .Output("y", TensorType.Int64)
            .Node("SequenceLength", ["x"], ["y"])).Build();

    /// <summary>The tensor at place <c>i</c>, INT64 without dimensions, of a sequence of FP32 tensors.</summary>
    public static byte[] SequenceAt() =>
        new OnnxModelBuilder(new OnnxGraph("at")
            .Input("x", OnnxType.Sequence(OnnxType.Tensor(TensorType.Float32, -1)))
            .Input("i", TensorType.Int64)
            .Output("y", TensorType.Float32, -1)
            .Node("SequenceAt", ["x", "i"], ["y"])).Build();

    /// <summary>A map of text to FP32 becomes the FP32 [1,3] row of the values for <c>a</c>, <c>b</c>, <c>c</c>; 0 for a missing one.</summary>
    public static byte[] MapInput() =>
        new OnnxModelBuilder(new OnnxGraph("map")
            .Input("x", OnnxType.Map(TensorType.String, TensorType.Float32))
            .Output("y", OnnxType.AnyRank(TensorType.Float32))
            .Node(
                OnnxModelBuilder.MlDomain, "DictVectorizer", ["x"], ["y"],
                AttributeValue.Of("string_vocabulary", (string[])["a", "b", "c"])))
        {
            MlOpset = 1,
        }.Build();

    /// <summary>Gives a value for its optional output when <c>x</c>, BOOL without dimensions, is true, and none when it is false.</summary>
    public static byte[] OptionalOutput()
    {
        var type = OnnxType.Optional(OnnxType.Tensor(TensorType.Float32, 1));
        var some = new OnnxGraph("some")
            .Output("present", type)
            .Initializer(Tensor.Create("value", [1f]))
            .Node("Optional", ["value"], ["present"]);
        var none = new OnnxGraph("none")
            .Output("absent", type)
            .Node("Optional", [], ["absent"], AttributeValue.Of("type", OnnxType.Tensor(TensorType.Float32, 1)));
        return new OnnxModelBuilder(new OnnxGraph("optional")
            .Input("x", TensorType.Bool)
            .Output("y", type)
            .Output("z", TensorType.Bool)
            .Node("If", ["x"], ["y"], AttributeValue.Of("then_branch", some), AttributeValue.Of("else_branch", none))
            .Node("Not", ["x"], ["z"])).Build();
    }

    /// <summary>
    /// Passes on <c>x</c>, a sequence of FP32 tensors that may be left out, <c>n</c> times, INT64 without dimensions: an empty sequence when it was
    /// left out, and no value at all when <c>n</c> is 0, although the output does not say so.
    /// </summary>
    public static byte[] OptionalPassedOn() =>
        new OnnxModelBuilder(PassOn().Input("x", OnnxType.Optional(FloatSequence))).Build();

    /// <summary>As <see cref="OptionalPassedOn"/>, but what is passed on is never there, and nothing that the model declares is optional.</summary>
    public static byte[] NothingPassedOn() =>
        new OnnxModelBuilder(PassOn(graph => graph.Node("Optional", [], ["x"], AttributeValue.Of("type", FloatSequence)))).Build();

    private static OnnxType FloatSequence => OnnxType.Sequence(OnnxType.Tensor(TensorType.Float32, -1));

    private static OnnxGraph PassOn(Action<OnnxGraph>? before = null)
    {
        var some = new OnnxGraph("some").Output("given", FloatSequence).Node("OptionalGetElement", ["before"], ["given"]);
        var none = new OnnxGraph("none").Output("empty", FloatSequence).Node("SequenceEmpty", [], ["empty"]);
        var body = new OnnxGraph("body")
            .Input("i", TensorType.Int64)
            .Input("go_on", TensorType.Bool)
            .Input("before", OnnxType.Optional(FloatSequence))
            .Output("go_on_out", TensorType.Bool)
            .Output("after", FloatSequence)
            .Node("OptionalHasElement", ["before"], ["has"])
            .Node("If", ["has"], ["after"], AttributeValue.Of("then_branch", some), AttributeValue.Of("else_branch", none))
            .Node("Identity", ["go_on"], ["go_on_out"]);
        var graph = new OnnxGraph("passed").Input("n", TensorType.Int64).Output("y", FloatSequence).Initializer(Tensor.CreateScalar("true", true));
        before?.Invoke(graph);
        return graph.Node("Loop", ["n", "true", "x"], ["y"], AttributeValue.Of("body", body));
    }

    /// <summary>FP32 [-1] reshaped to 7 by 7: fails for other than 49 elements.</summary>
    public static byte[] BadReshape() =>
        new OnnxModelBuilder(new OnnxGraph("reshape")
            .Input("x", TensorType.Float32, -1)
            .Output("y", TensorType.Float32, 7, 7)
            .Initializer(Tensor.Create("shape", [7L, 7L]))
            .Node("Reshape", ["x", "shape"], ["y"])).Build();

    private static byte[] LinearClassifier(long[]? numbers, string[]? text)
    {
        var (type, classes, keys) = numbers is not null
            ? (TensorType.Int64, AttributeValue.Of("classlabels_ints", numbers), AttributeValue.Of("classlabels_int64s", numbers))
            : (TensorType.String, AttributeValue.Of("classlabels_strings", text!), AttributeValue.Of("classlabels_strings", text!));
        var graph = new OnnxGraph("classifier")
            .Input("x", TensorType.Float32, -1, 2)
            .Output("label", type, -1)
            .Output("probabilities", OnnxType.Sequence(OnnxType.Map(type, TensorType.Float32)))
            .Node(
                OnnxModelBuilder.MlDomain, "LinearClassifier", ["x"], ["label", "scores"],
                classes,
                AttributeValue.Of("coefficients", (float[])[1, 0, 0, 1, -1, -1]),
                AttributeValue.Of("intercepts", (float[])[0, 0, 0]),
                AttributeValue.Of("multi_class", 1L),
                AttributeValue.Of("post_transform", "SOFTMAX"))
            .Node(OnnxModelBuilder.MlDomain, "ZipMap", ["scores"], ["probabilities"], keys);
        return new OnnxModelBuilder(graph) { MlOpset = 1 }.Build();
    }

    // Small numbers of both signs, the same on every machine.
    private static Tensor Weights(string name, int rows, int columns)
    {
        var bytes = new byte[(long)rows * columns * sizeof(float)];
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ((i * 37 % 101) - 50) / 1000f;
        }

        return new Tensor(name, TensorType.Float32, [rows, columns], bytes);
    }

    /// <summary>Looks up rows, INT64 [-1], in a table of as many FP32 that lies at the beginning of another file.</summary>
    public static byte[] TableInAnotherFile(int rows, string location) => Table([rows], ("location", location));

    /// <summary>The same, with what the table says of its place.</summary>
    public static byte[] Table(ReadOnlySpan<long> shape, params ReadOnlySpan<(string Key, string Value)> place)
    {
        var table = OnnxTensor.WriteHead("w", TensorType.Float32, shape);
        foreach (var (key, value) in place)
        {
            table.Add(13, new ProtoMessage().Add(1, key).Add(2, value));
        }

        return new OnnxModelBuilder(new OnnxGraph("table")
            .Input("x", TensorType.Int64, -1)
            .Output("y", TensorType.Float32, -1)
            .Initializer(table.Add(14, 1L))
            .Node("Gather", ["w", "x"], ["y"])).Build();
    }
}
