namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>Files that a silo must survive: some are refused, some open and fail or never end when they run.</summary>
public static class HostileModels
{
    /// <summary>The places of a file where data in another file can be asked for.</summary>
    public static IEnumerable<string> ExternalDataPlaces =>
        ["initializer", "constant", "branch", "function", "sparse values", "sparse indices", "marked only", "named only"];

    /// <summary>A model that wants its data from another file.</summary>
    /// <param name="place">One of <see cref="ExternalDataPlaces"/>.</param>
    /// <param name="location">The other file.</param>
    public static byte[] ExternalData(string place, string location)
    {
        var external = OnnxTensor.WriteExternal("w", TensorType.Float32, [1], location);
        var inside = OnnxTensor.Write(Tensor.Create("w", [1f]));
        var constant = AttributeValue.Of("value", external);
        var graph = new OnnxGraph("external").Input("x", TensorType.Float32, 1).Output("y", TensorType.Float32, 1);
        return place switch
        {
            "initializer" => Build(graph.Initializer(external).Node("Add", ["x", "w"], ["y"])),
            "constant" => Build(graph.Node("Constant", [], ["w"], constant).Node("Add", ["x", "w"], ["y"])),
            "branch" => Build(graph.Initializer(Tensor.CreateScalar("true", true)).Node(
                "If", ["true"], ["y"],
                AttributeValue.Of("then_branch", Branch(constant)), AttributeValue.Of("else_branch", Branch(constant)))),
            "function" => new OnnxModelBuilder(graph.Node("test", "Give", [], ["w"]).Node("Add", ["x", "w"], ["y"]))
                .Function("Give", "w", "Constant", constant).Build(),
            "sparse values" => Build(graph.SparseInitializer(external, inside).Node("Add", ["x", "w"], ["y"])),
            "sparse indices" => Build(graph.SparseInitializer(inside, external).Node("Add", ["x", "w"], ["y"])),
            "marked only" => Build(graph.Initializer(inside.Add(14, 1L)).Node("Add", ["x", "w"], ["y"])),
            "named only" => Build(graph
                .Initializer(inside.Add(13, new ProtoMessage().Add(1, "location").Add(2, location))).Node("Add", ["x", "w"], ["y"])),
            _ => throw new ArgumentOutOfRangeException(nameof(place), place, "There is no such place."),
        };
    }

    /// <summary>Conditions inside conditions.</summary>
    public static byte[] NestedIfs(int depth)
    {
        var inner = Branch(AttributeValue.Of("value", Tensor.Create("w", [1f])));
        for (var i = 1; i < depth; i++)
        {
            inner = new OnnxGraph("branch")
                .Output("w", TensorType.Float32, 1)
                .Node("If", ["true"], ["w"], AttributeValue.Of("then_branch", inner), AttributeValue.Of("else_branch", inner));
        }

        return Build(new OnnxGraph("nested")
            .Input("true", TensorType.Bool)
            .Output("y", TensorType.Float32, 1)
            .Node("If", ["true"], ["y"], AttributeValue.Of("then_branch", inner), AttributeValue.Of("else_branch", inner)));
    }

    /// <summary>A loop without end; the output never comes.</summary>
    public static byte[] EndlessLoop()
    {
        var body = new OnnxGraph("body")
            .Input("i", TensorType.Int64)
            .Input("go_on", TensorType.Bool)
            .Input("before", TensorType.Float32, 1)
            .Output("go_on_out", TensorType.Bool)
            .Output("after", TensorType.Float32, 1)
            .Node("Identity", ["go_on"], ["go_on_out"])
            .Node("Neg", ["before"], ["after"]);
        return Build(new OnnxGraph("endless")
            .Input("x", TensorType.Float32, 1)
            .Output("y", TensorType.Float32, 1)
            .Initializer(Tensor.CreateScalar("true", true))
            .Node("Loop", ["", "true", "x"], ["y"], AttributeValue.Of("body", body)));
    }

    /// <summary>A hundred bytes that ask for a tensor of FP32 elements as many as one likes.</summary>
    public static byte[] ConstantOfShape(long elements) =>
        Build(new OnnxGraph("bomb")
            .Input("x", TensorType.Float32, 1)
            .Output("y", OnnxType.AnyRank(TensorType.Float32))
            .Initializer(Tensor.Create("shape", [elements]))
            .Node("ConstantOfShape", ["shape"], ["zeros"])
            .Node("Add", ["zeros", "x"], ["y"]));

    /// <summary>As many FP32 elements, of which nothing is known before it runs.</summary>
    public static byte[] RunTimeBomb(long elements) =>
        Build(new OnnxGraph("bomb")
            .Input("x", TensorType.Float32, -1)
            .Output("y", TensorType.Float32, 1)
            .Initializer(Tensor.Create("elements", [elements]))
            .Node("Shape", ["x"], ["rows"])
            .Node("Mul", ["rows", "elements"], ["shape"])
            .Node("ConstantOfShape", ["shape"], ["zeros"])
            .Node("ReduceSum", ["zeros"], ["y"], AttributeValue.Of("keepdims", 1L)));

    /// <summary>Ends the process that runs it: ONNX Runtime 1.31 does not expect the convolution of a number with a number.</summary>
    public static byte[] Crash() =>
        Build(new OnnxGraph("crash")
            .Input("x", OnnxType.AnyRank(TensorType.Float32))
            .Output("y", OnnxType.AnyRank(TensorType.Float32))
            .Initializer(Tensor.CreateScalar("w", 1f))
            .Node("Squeeze", ["x"], ["number"])
            .Node("Conv", ["number", "w"], ["y"]));

    /// <summary>A chain of as many nodes as one likes.</summary>
    public static byte[] Chain(int nodes)
    {
        var graph = new OnnxGraph("chain").Input("v0", TensorType.Float32, 1);
        for (var i = 0; i < nodes; i++)
        {
            graph.Node("Neg", [$"v{i}"], [$"v{i + 1}"]);
        }

        return Build(graph.Output($"v{nodes}", TensorType.Float32, 1));
    }

    /// <summary>Operators and types that there are not, data that do not fit their shapes, a circle, division by zero.</summary>
    public static IEnumerable<(string Name, byte[] File)> Broken()
    {
        yield return ("empty", []);
        yield return ("one byte", [0x08]);
        yield return ("garbage", [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7919 >> 3))]);
        yield return ("html", "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>Not here.</body></html>"u8.ToArray());
        yield return ("text", "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n"u8.ToArray());
        yield return ("zeros", new byte[4096]);
        yield return ("no graph", new ProtoMessage().Add(1, 10L).Add(8, new ProtoMessage().Add(1, "").Add(2, 21L)).Bytes.ToArray());
        yield return ("length beyond the end", [0x08, 0x0A, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00]);
        yield return ("length beyond 63 bits", [0x08, 0x0A, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
        yield return ("endless number", [0x08, .. Enumerable.Repeat((byte)0xFF, 64)]);
        yield return ("group without end", [0x08, 0x0A, 0x4B, 0x4B, 0x4B, 0x4B]);
        yield return ("unknown operator", Build(Unary().Node("NoSuchOperator", ["x"], ["y"])));
        yield return ("unknown domain", Build(Unary().Node("no.such.domain", "Neg", ["x"], ["y"])));
        yield return ("circle", Build(Unary().Node("Add", ["x", "b"], ["a"]).Node("Neg", ["a"], ["b"]).Node("Neg", ["b"], ["y"])));
        yield return ("missing value", Build(Unary().Node("Neg", ["no_such_value"], ["y"])));
        yield return ("data too short", Build(Binary(OnnxTensor.WriteHead("w", TensorType.Float32, [4]).Add(9, new byte[3]))));
        yield return ("no data", Build(Binary(OnnxTensor.WriteHead("w", TensorType.Float32, [1L << 40]))));
        yield return ("negative dimension", Build(Binary(OnnxTensor.WriteHead("w", TensorType.Float32, [-4]).Add(9, new byte[16]))));
        yield return ("overflowing dimensions",
            Build(Binary(OnnxTensor.WriteHead("w", TensorType.Float32, [1L << 32, 1L << 32, 16]).Add(9, new byte[16]))));
        yield return ("unknown element type", Build(Binary(new ProtoMessage().Add(1, 1L).Add(2, 999L).Add(8, "w").Add(9, new byte[4]))));
    }

    private static byte[] Build(OnnxGraph graph) => new OnnxModelBuilder(graph).Build();

    private static OnnxGraph Unary() => new OnnxGraph("unary").Input("x", TensorType.Float32, -1).Output("y", TensorType.Float32, -1);

    private static OnnxGraph Binary(ProtoMessage constant) => Unary().Initializer(constant).Node("Add", ["x", "w"], ["y"]);

    private static OnnxGraph Branch(AttributeValue value) =>
        new OnnxGraph("branch").Output("w", TensorType.Float32, 1).Node("Constant", [], ["w"], value);
}
