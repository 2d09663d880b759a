using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Conformance.Tests.Classifiers;

/// <summary>
/// A model as converters of scikit-learn write it: FP32 [-1,2] to <c>label</c> and, by ZipMap, <c>probabilities</c>: for each row a map
/// from class to number.
/// </summary>
/// <param name="Id">The model's id.</param>
/// <param name="Labels">The classes: numbers of 64 bits, or text.</param>
/// <param name="File">The model's file.</param>
internal sealed record Classifier(string Id, Array Labels, byte[] File)
{
    private static readonly long[] TwoNumbers = [-1, 7];
    private static readonly long[] ThreeNumbers = [10, 20, 30];
    private static readonly string[] TwoWords = ["no", "yes"];
    private static readonly string[] ThreeWords = ["cat", "dog", "émeu"];

    /// <summary>Rows for all of them, which do not all fall into one class.</summary>
    public static Tensor Rows => Tensor.Create("x", [-2f, 1f, 0.3f, -0.7f, 1.5f, 2f, 0.6f, -3f], 4, 2);

    public static IReadOnlyList<Classifier> All { get; } =
    [
        Linear("linear/two-numbers", TwoNumbers),
        Linear("linear/two-words", TwoWords),
        Linear("linear/three-numbers", ThreeNumbers),
        Linear("linear/three-words", ThreeWords),
        Tree("tree/two-numbers", TwoNumbers),
        Tree("tree/three-words", ThreeWords),
        SupportVectors("svm/two-words", TwoWords, "LINEAR"),
        SupportVectors("svm/three-numbers", ThreeNumbers, "RBF"),
    ];

    private static Classifier Linear(string id, Array labels) => Build(
        id,
        "LinearClassifier",
        labels,
        "classlabels_ints",
        AttributeValue.Of("coefficients", labels.Length == 2 ? (float[])[-1, 0.5f, 1, -0.5f] : [1, 0, 0, 1, -1, -1]),
        AttributeValue.Of("intercepts", labels.Length == 2 ? (float[])[0.25f, -0.25f] : [0, 0.1f, -0.1f]),
        AttributeValue.Of("multi_class", 1L),
        AttributeValue.Of("post_transform", labels.Length == 2 ? "LOGISTIC" : "SOFTMAX"));

    // The first class up to x[0] = 0.5; beyond it the second up to x[1] = 0, and then the last. Of two classes, converters give the
    // weight of the second alone.
    private static Classifier Tree(string id, Array labels) => Build(
        id,
        "TreeEnsembleClassifier",
        labels,
        "classlabels_int64s",
        AttributeValue.Of("nodes_treeids", (long[])[0, 0, 0, 0, 0]),
        AttributeValue.Of("nodes_nodeids", (long[])[0, 1, 2, 3, 4]),
        AttributeValue.Of("nodes_featureids", (long[])[0, 0, 1, 0, 0]),
        AttributeValue.Of("nodes_values", (float[])[0.5f, 0, 0, 0, 0]),
        AttributeValue.Of("nodes_modes", (string[])["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"]),
        AttributeValue.Of("nodes_truenodeids", (long[])[1, 0, 3, 0, 0]),
        AttributeValue.Of("nodes_falsenodeids", (long[])[2, 0, 4, 0, 0]),
        AttributeValue.Of("class_treeids", labels.Length == 2 ? (long[])[0, 0, 0] : [0, 0, 0, 0]),
        AttributeValue.Of("class_nodeids", labels.Length == 2 ? (long[])[1, 3, 4] : [1, 1, 3, 4]),
        AttributeValue.Of("class_ids", labels.Length == 2 ? (long[])[0, 0, 0] : [0, 1, 1, 2]),
        AttributeValue.Of("class_weights", labels.Length == 2 ? (float[])[0.25f, 1, 0.875f] : [0.75f, 0.25f, 1, 1]),
        AttributeValue.Of("post_transform", "NONE"));

    // One support vector for each class.
    private static Classifier SupportVectors(string id, Array labels, string kernel)
    {
        var pairs = labels.Length * (labels.Length - 1) / 2;
        return Build(
            id,
            "SVMClassifier",
            labels,
            "classlabels_ints",
            AttributeValue.Of("kernel_type", kernel),
            AttributeValue.Of("kernel_params", (float[])[0.5f, 0, 3]),
            AttributeValue.Of("vectors_per_class", Enumerable.Repeat(1L, labels.Length)),
            AttributeValue.Of("support_vectors", new[] { 1f, 1, -1, -1, 0.5f, -2 }[..(2 * labels.Length)]),
            AttributeValue.Of("coefficients", labels.Length == 2 ? (float[])[1, -1] : [1, -1, -0.5f, 0.8f, 1, -1]),
            AttributeValue.Of("rho", Enumerable.Repeat(0.1f, pairs)),
            AttributeValue.Of("prob_a", Enumerable.Repeat(-1.5f, pairs)),
            AttributeValue.Of("prob_b", Enumerable.Repeat(0.2f, pairs)),
            AttributeValue.Of("post_transform", "NONE"));
    }

    private static Classifier Build(string id, string type, Array labels, string numbersAttribute, params IEnumerable<AttributeValue> attributes)
    {
        var (labelType, classes, keys) = labels is long[] numbers
            ? (TensorType.Int64, AttributeValue.Of(numbersAttribute, numbers), AttributeValue.Of("classlabels_int64s", numbers))
            : (TensorType.String, Words(labels), Words(labels));
        var graph = new OnnxGraph("classifier")
            .Input("x", TensorType.Float32, -1, 2)
            .Output("label", labelType, -1)
            .Output("probabilities", OnnxType.Sequence(OnnxType.Map(labelType, TensorType.Float32)))
            .Node(OnnxModelBuilder.MlDomain, type, ["x"], ["label", "scores"], attributes.Prepend(classes))
            .Node(OnnxModelBuilder.MlDomain, "ZipMap", ["scores"], ["probabilities"], keys);
        return new Classifier(id, labels, new OnnxModelBuilder(graph) { MlOpset = 1 }.Build());
    }

    private static AttributeValue Words(Array labels) => AttributeValue.Of("classlabels_strings", (string[])labels);
}
