namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>What a tensor in a file is.</summary>
/// <param name="Name">Its name; null when it has none, or one too long to be of use.</param>
/// <param name="Type">The element type; null when it is none that we know.</param>
/// <param name="ShapeElements">When the tensor can be a shape: the number of elements that this shape asks for.</param>
/// <param name="PaddingBytes">What comes on top of its bytes when it is a matrix that a node multiplies with.</param>
/// <param name="Bytes">The bytes of its elements.</param>
internal readonly record struct TensorHead(string? Name, TensorType? Type, long? ShapeElements, long PaddingBytes, long Bytes);
