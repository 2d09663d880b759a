using System.Text;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The names of files, which come from stores: data, of which paths are made only after this check.</summary>
internal static class FileNames
{
    private const int LongestSegment = 255;
    private const int Longest = 1024;

    private static readonly char[] NotInNames = Path.GetInvalidFileNameChars();

    /// <summary>Why files cannot lie under these names in one folder; null when they can.</summary>
    public static string? FindFault(IEnumerable<string> names)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var segments = name.Split('/');
            if (Encoding.UTF8.GetByteCount(name) > Longest || !Array.TrueForAll(segments, IsPlain))
            {
                return "one of its files has a name that no file can have on this machine.";
            }

            if (!files.Add(name))
            {
                return $"two of its files have the name '{name}'.";
            }

            for (var i = 1; i < segments.Length; i++)
            {
                folders.Add(string.Join('/', segments[..i]));
            }
        }

        return files.Overlaps(folders) ? "one of its files has the name of a folder of others." : null;
    }

    /// <summary>The path of a file below a folder. The name was checked.</summary>
    public static string Combine(string folder, string name) => Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar));

    private static bool IsPlain(string segment) =>
        segment is not ("" or "." or "..") && segment.IndexOfAny(NotInNames) < 0 && Encoding.UTF8.GetByteCount(segment) <= LongestSegment;
}
