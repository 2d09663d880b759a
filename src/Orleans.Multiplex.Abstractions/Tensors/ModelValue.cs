namespace Orleans.Multiplex;

/// <summary>An input or output of a model: a <see cref="Tensor"/>, a <see cref="ValueSequence"/> or a <see cref="ValueMap"/>.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ModelValue")]
public abstract class ModelValue
{
    private protected ModelValue(string name) => Name = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The name of the input or output; empty for an element of a sequence and for the halves of a map.</summary>
    [Id(0)]
    public string Name { get; }
}
