namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>Where the data of a tensor lie in another file.</summary>
/// <param name="Location">The file, as the tensor names it.</param>
/// <param name="Offset">Where they begin in it.</param>
/// <param name="Length">How many bytes they have; null when that is not said.</param>
internal readonly record struct ExternalPlace(string Location, long Offset, long? Length);
