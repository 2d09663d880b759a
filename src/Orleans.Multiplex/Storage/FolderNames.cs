namespace Orleans.Multiplex.Storage;

/// <summary>
/// The names of the folders within a folder, in ordinal order. Those of a folder with many are kept for some seconds, so that a list which
/// is read part by part does not read and sort them for each part. It is for lists alone: they see late what has come or gone meanwhile.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="read">Reads the paths of the folders within one; null for those of the file system.</param>
internal sealed class FolderNames(TimeProvider time, Func<string, IEnumerable<string>>? read = null)
{
    /// <summary>How long names are kept.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(5);

    /// <summary>Fewer names are read again faster than it is worth to keep them.</summary>
    public const int LeastKept = 256;

    /// <summary>The most names that are kept of all folders together; what comes beyond them is read again.</summary>
    private const int MostKept = 500_000;

    private readonly Func<string, IEnumerable<string>> _read = read ?? Directory.EnumerateDirectories;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string[] Names, ITimer End)> _kept = [];
    private int _count;

    /// <summary>The names of the folders within a folder.</summary>
    /// <exception cref="IOException">The folder cannot be read, or is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be read.</exception>
    public string[] Read(string folder, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(folder, out var kept))
            {
                return kept.Names;
            }
        }

        var names = new List<string>();
        foreach (var path in _read(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            names.Add(Path.GetFileName(path));
        }

        names.Sort(StringComparer.Ordinal);
        string[] sorted = [.. names];
        Keep(folder, sorted);
        return sorted;
    }

    private void Keep(string folder, string[] names)
    {
        lock (_lock)
        {
            if (names.Length < LeastKept || _count + names.Length > MostKept || _kept.ContainsKey(folder))
            {
                return;
            }

            _kept[folder] = (names, time.CreateTimer(_ => Forget(folder), null, Life, Timeout.InfiniteTimeSpan));
            _count += names.Length;
        }
    }

    private void Forget(string folder)
    {
        lock (_lock)
        {
            if (_kept.Remove(folder, out var kept))
            {
                _count -= kept.Names.Length;
                kept.End.Dispose();
            }
        }
    }
}
