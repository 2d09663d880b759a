namespace Orleans.Multiplex;

/// <summary>An ONNX map: keys (integers or text) and values, two tensors of one dimension and of the same length.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ValueMap")]
public sealed class ValueMap : ModelValue
{
    /// <summary>Makes a map.</summary>
    /// <param name="name">The name of the input or output.</param>
    /// <param name="keys">The keys, of one dimension.</param>
    /// <param name="values">The values; the one at each place belongs to the key at that place.</param>
    /// <exception cref="ArgumentException">Keys and values differ in number, or are not of one dimension.</exception>
    public ValueMap(string name, Tensor keys, Tensor values)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        if (keys.Shape.Length != 1 || !keys.Shape.SequenceEqual(values.Shape))
        {
            throw new ArgumentException("The keys and values of a map are two tensors of one dimension and of the same length.", nameof(values));
        }

        Keys = keys;
        Values = values;
    }

    /// <summary>The keys, of one dimension.</summary>
    [Id(0)]
    public Tensor Keys { get; }

    /// <summary>The values, each at the place of its key.</summary>
    [Id(1)]
    public Tensor Values { get; }
}
