using System.Collections.Immutable;

namespace Orleans.Multiplex.Tests.AspNetCore.Outputs;

/// <summary>A classifier with ZipMap: gives <c>label</c> and <c>scores</c>, for each row a map from class to number, as far as they are asked for.</summary>
internal static class Scores
{
    public static readonly Tensor Label = Tensor.Create("label", ["dog", "cat"]);

    public static readonly ValueSequence Rows = new("scores", [Map([0.25f, 0.75f]), Map([1f, 0f])]);

    public static ValueMap Map(float[] values, string name = "", params string[] keys) =>
        new(name, Tensor.Create("", keys.Length > 0 ? keys : ["cat", "dog"]), Tensor.Create("", values));

    /// <summary>A client of a model that has these outputs, and answers as a silo does: only what is asked for, in this order.</summary>
    public static FakeMultiplexClient Client(params ImmutableArray<ModelValue> outputs) => new()
    {
        OnInfer = (model, _, options, _) => Task.FromResult(FakeMultiplexClient.Answer(
            options.Outputs.IsEmpty ? outputs : [.. options.Outputs.Select(name => Find(model, name, outputs))])),
        OnDescribe = model => FakeMultiplexClient.Describe(model) with
        {
            Signature = new ModelSignature("onnx_onnxv1", [], [.. outputs.Select(Declare)]),
        },
    };

    private static ModelValue Find(string model, string name, ImmutableArray<ModelValue> outputs) =>
        outputs.FirstOrDefault(output => output.Name == name) ?? throw new InvalidInputException(model, "", $"Model '{model}' has no output '{name}'.");

    private static ValueSpec Declare(ModelValue output) => output switch
    {
        ValueMap map => new(map.Name, ValueKind.Map, map.Values.Type, default, false, map.Keys.Type),
        ValueSequence { Name: "tensors" } => new("tensors", ValueKind.SequenceOfTensors, TensorType.Int32, [-1, 4], false),
        ValueSequence { Name: "unknown" } => new("unknown", ValueKind.Other, null, default, false),
        ValueSequence => new(output.Name, ValueKind.SequenceOfMaps, TensorType.Float32, default, false, TensorType.String),
        _ => new(output.Name, ValueKind.Tensor, ((Tensor)output).Type, [-1], false),
    };
}
