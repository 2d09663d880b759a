using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>An ONNX sequence: tensors, or maps as the ZipMap of a scikit-learn classifier gives them, in order.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ValueSequence")]
public sealed class ValueSequence : ModelValue
{
    /// <summary>Makes a sequence.</summary>
    /// <param name="name">The name of the input or output.</param>
    /// <param name="elements">The elements, in order; may be empty.</param>
    public ValueSequence(string name, ImmutableArray<ModelValue> elements)
        : base(name) => Elements = elements.IsDefault ? throw new ArgumentNullException(nameof(elements)) : elements;

    /// <summary>The elements, in order.</summary>
    [Id(0)]
    public ImmutableArray<ModelValue> Elements { get; }
}
