namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Which bytes of a file have been written, in whatever order they come. Neighbours are joined, so there are no more ranges than writers.</summary>
/// <param name="length">The length of the file.</param>
internal sealed class WrittenRanges(long length)
{
    // The end of each range by its beginning.
    private readonly SortedList<long, long> _ends = [];

    /// <summary>How far the file is written without a gap from its beginning.</summary>
    public long Prefix => _ends.Count > 0 && _ends.Keys[0] == 0 ? _ends.Values[0] : 0;

    public bool IsWhole => Prefix == length;

    /// <summary>Adds a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It goes beyond the file, or a byte of it has been written before.</exception>
    public void Add(long offset, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - count);
        if (count == 0)
        {
            return;
        }

        var end = offset + count;
        var next = FindFirstAtOrAfter(offset);
        var joinsNext = next < _ends.Count && _ends.Keys[next] == end;
        var joinsPrevious = next > 0 && _ends.Values[next - 1] == offset;
        if ((next < _ends.Count && _ends.Keys[next] < end) || (next > 0 && _ends.Values[next - 1] > offset))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "A byte was written twice.");
        }

        if (joinsNext)
        {
            end = _ends.Values[next];
            _ends.RemoveAt(next);
        }

        if (joinsPrevious)
        {
            _ends.SetValueAtIndex(next - 1, end);
        }
        else
        {
            _ends.Add(offset, end);
        }
    }

    private int FindFirstAtOrAfter(long offset)
    {
        var (low, high) = (0, _ends.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ends.Keys[middle] < offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
