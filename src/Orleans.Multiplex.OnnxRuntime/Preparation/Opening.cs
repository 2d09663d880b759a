namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>How a prepared model is opened.</summary>
internal enum Opening
{
    /// <summary>Its file is read whole: the fastest and the smallest for models of some kilobytes.</summary>
    Read,

    /// <summary>
    /// Its file is mapped and the weights are used where they lie; those that are multiplied with are packed: copied into the order that is
    /// fastest to run.
    /// </summary>
    Mapped,

    /// <summary>
    /// Its file is mapped and nothing is copied. It opens in a millisecond whatever its size; batches of a model that multiplies a lot run
    /// two to four times as long as packed.
    /// </summary>
    Unpacked,
}
