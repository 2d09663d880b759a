namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>A part of a file: a field of a message, or bytes that are none.</summary>
/// <param name="Tag">Where its tag begins; of bytes without a tag, where they begin.</param>
/// <param name="Start">Where its value begins.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct FilePart(long Tag, long Start, long End)
{
    /// <summary>The bytes of its value.</summary>
    public long Length => End - Start;
}
