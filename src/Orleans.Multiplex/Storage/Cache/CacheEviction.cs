using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Which versions go: those that were not used for longest. Versions may have files in common, which are there once and go with the last of them.</summary>
internal static class CacheEviction
{
    /// <summary>The bytes of versions on the disk, with what was made of them.</summary>
    /// <param name="versions">The versions.</param>
    /// <param name="made">The bytes of what was made of a content, by its digest.</param>
    public static long Measure(IEnumerable<CachedVersion> versions, IReadOnlyDictionary<string, long> made) =>
        versions.SelectMany(static version => version.Record.Files).DistinctBy(static file => file.Digest).Sum(file => Measure(file, made));

    /// <summary>
    /// The versions whose removal frees so many bytes, in the order of their last use and no more than needed, or a few more that are small; all of
    /// them where that is not enough.
    /// </summary>
    /// <param name="all">All versions that are there.</param>
    /// <param name="made">The bytes of what was made of a content, by its digest.</param>
    /// <param name="isInUse">Whether one must stay.</param>
    /// <param name="bytes">How many bytes to free.</param>
    /// <param name="slack">How many more it may be, so that not each small version that comes makes one go.</param>
    public static ImmutableArray<CachedVersion> Choose(
        IReadOnlyCollection<CachedVersion> all, IReadOnlyDictionary<string, long> made, Func<CachedVersion, bool> isInUse, long bytes, long slack)
    {
        var uses = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var digest in all.SelectMany(Digests))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(uses, digest, out _)++;
        }

        var chosen = ImmutableArray.CreateBuilder<CachedVersion>();
        foreach (var version in all.Where(version => !isInUse(version)).OrderBy(static version => version.LastUse).ThenBy(static version => version.Key, StringComparer.Ordinal))
        {
            var files = version.Record.Files.DistinctBy(static file => file.Digest).ToList();
            var frees = files.Sum(file => uses[file.Digest] == 1 ? Measure(file, made) : 0);
            if (bytes <= 0 && frees > bytes + slack)
            {
                break;
            }

            bytes -= frees;
            chosen.Add(version);
            files.ForEach(file => uses[file.Digest]--);
        }

        return chosen.ToImmutable();

        static IEnumerable<string> Digests(CachedVersion version) => version.Record.Files.Select(static file => file.Digest).Distinct(StringComparer.Ordinal);
    }

    private static long Measure(RecordedFile file, IReadOnlyDictionary<string, long> made) => file.Length + made.GetValueOrDefault(file.Digest);
}
