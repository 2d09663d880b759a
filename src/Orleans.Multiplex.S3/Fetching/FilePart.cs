namespace Orleans.Multiplex.S3.Fetching;

/// <summary>A part of a file.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where the next one begins.</param>
internal readonly record struct FilePart(long Start, long End)
{
    /// <summary>The parts of a file, of one size but for the last; an empty file has one.</summary>
    public static IEnumerable<FilePart> Split(long length, long size)
    {
        long start = 0;
        do
        {
            var end = Math.Min(start + size, length);
            yield return new FilePart(start, end);
            start = end;
        }
        while (start < length);
    }
}
