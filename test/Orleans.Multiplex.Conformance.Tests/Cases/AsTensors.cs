using System.Collections.Immutable;

namespace Orleans.Multiplex.Conformance.Tests.Cases;

/// <summary>What HTTP and gRPC answer for values that are no tensors: read off their elements one by one.</summary>
internal static class AsTensors
{
    /// <summary>The tensors of all values; null when one has none.</summary>
    public static IReadOnlyList<Tensor>? Of(IReadOnlyList<ModelValue?> values)
    {
        var tensors = values.Select(Of).ToList();
        return tensors.Contains(null) ? null : [.. tensors.SelectMany(some => some!)];
    }

    private static Tensor[]? Of(ModelValue? value) => value switch
    {
        Tensor tensor => [tensor],
        ValueMap map => [Named(map.Values, map.Name, map.Values.Shape), Named(map.Keys, $"{map.Name}.labels", map.Keys.Shape)],
        ValueSequence { Elements: [ValueMap first, ..] } maps when maps.Elements.All(map => IsSame(((ValueMap)map).Keys, first.Keys)) =>
            [Stack(maps.Name, maps.Elements.Select(map => ((ValueMap)map).Values)), Named(first.Keys, $"{maps.Name}.labels", first.Keys.Shape)],
        ValueSequence { Elements: [Tensor first, ..] } tensors when tensors.Elements.All(element =>
            element is Tensor tensor && tensor.Type == first.Type && tensor.Shape.SequenceEqual(first.Shape)) =>
            [Stack(tensors.Name, tensors.Elements.Cast<Tensor>())],
        _ => null,
    };

    private static Tensor Stack(string name, IEnumerable<Tensor> tensors)
    {
        var rows = tensors.ToList();
        return new Tensor(name, rows[0].Type, [rows.Count, .. rows[0].Shape], rows.SelectMany(row => row.Data.ToArray()).ToArray());
    }

    private static Tensor Named(Tensor tensor, string name, ImmutableArray<long> shape) => new(name, tensor.Type, shape, tensor.Data);

    private static bool IsSame(Tensor one, Tensor other) => one.Type == other.Type && one.Data.Span.SequenceEqual(other.Data.Span);
}
