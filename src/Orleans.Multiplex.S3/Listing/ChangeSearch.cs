using System.Collections.Immutable;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>
/// Sorts out which models have changed. A page of a listing tells of all whose keys it has, so where many models of a bucket are resident a request
/// tells of many; it is never more than one for a model, but for those above very many others.
/// </summary>
internal sealed class ChangeSearch(KeyListing listing, ObjectHeads heads)
{
    /// <summary>Fewer models than this of a whole page are not worth it: it has a thousand keys.</summary>
    private const int Worthwhile = 4;

    /// <summary>So many models are looked for by themselves before the next page is tried.</summary>
    private const int Restraint = 16;

    /// <summary>The keys of those that have changed.</summary>
    /// <param name="known">What was found of each.</param>
    /// <param name="modelFile">The file that a folder must hold to be a version; null when any file will do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ImmutableArray<ModelKey>> FindAsync(IEnumerable<ModelManifest> known, string? modelFile, CancellationToken cancellationToken)
    {
        var changed = ImmutableArray.CreateBuilder<ModelKey>();

        // In the order of their keys: "a-b/" comes before "a/".
        var left = new Queue<ModelManifest>(known.OrderBy(static one => one.Id + '/', StringComparer.Ordinal));
        for (var alone = 0; left.TryPeek(out var first); alone--)
        {
            var (root, page) = alone > 0 || left.Count < Worthwhile
                ? (first.Id, await listing.ReadWholeAsync(first.Key.ToString(), first.Id, "", cancellationToken))
                : ("", await listing.ReadWholeAsync(first.Key.ToString(), "", first.Id + '/', cancellationToken));
            var folder = ModelSearch.ToFolder(page);
            var told = 0;
            for (; left.TryPeek(out var next) && IsWhole(page, root, next.Id); told++)
            {
                Add(IsSame(next, folder.FindBelow(next.Id[root.Length..])?.Find(next.Key, modelFile)));
            }

            if (told == 0)
            {
                Add(await IsSameLargeAsync(first, modelFile, cancellationToken));
            }

            alone = root.Length == 0 && told < Worthwhile ? Restraint + 1 : alone;
        }

        return changed.ToImmutable();

        void Add(bool isSame)
        {
            var one = left.Dequeue();
            if (!isSame)
            {
                changed.Add(one.Key);
            }
        }
    }

    // Everything below the model comes before the first key that has the character behind the slash in its place.
    private static bool IsWhole(KeyPage page, string root, string id) =>
        root.Length > 0 ? root == id && page.IsLast : page.IsLast || (!page.Objects.IsEmpty && string.CompareOrdinal(page.Objects[^1].Path, id + (char)('/' + 1)) >= 0);

    private static bool IsSame(ModelManifest known, ModelManifest? found) =>
        found is not null && found.Tag == known.Tag && found.Folder == known.Folder && found.Versions[^1] <= known.Versions[^1];

    // So much lies below the model that a page has not all of it. Its files are known by their names; the folders of its versions lie side by side, since
    // their names begin with a digit.
    private async Task<bool> IsSameLargeAsync(ModelManifest known, string? modelFile, CancellationToken cancellationToken)
    {
        var model = known.Key.ToString();
        foreach (var file in known.Files)
        {
            if (await heads.ReadAsync(model, StoreLayout.Below(known.Folder, file.Name), cancellationToken) != file.Tag)
            {
                return false;
            }
        }

        await foreach (var name in listing.ReadVersionsAsync(model, known.Id, cancellationToken))
        {
            if (ModelKey.TryParseVersion(name, out var version) && version > known.Versions[^1]
                && (modelFile is null || await heads.ReadAsync(model, $"{known.Id}/{name}/{modelFile}", cancellationToken) is not null))
            {
                return false;
            }
        }

        return true;
    }
}
