namespace Orleans.Multiplex;

/// <summary>What kind of value an input or output is.</summary>
public enum ValueKind
{
    /// <summary>A tensor.</summary>
    Tensor,

    /// <summary>A sequence of tensors.</summary>
    SequenceOfTensors,

    /// <summary>A sequence of maps, as a ZipMap gives it.</summary>
    SequenceOfMaps,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A kind that cannot be carried: sparse tensors and opaque types.</summary>
    Other,
}
