using System.Collections.Immutable;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>
/// What a page of keys says of the folders at its level: which are whole in it, and which may go on behind its end, or come there and belong before
/// some of it. S3 has <c>a-b/</c> before <c>a/</c>, by bytes; lists of models have <c>a</c> before <c>a-b</c>.
/// </summary>
/// <param name="Whole">The objects of the folders that are whole, by folder.</param>
/// <param name="Open">The names of folders that have to be looked at by themselves; some need not be there.</param>
/// <param name="GoOnAfter">The key, relative to the folder, after which the next page begins; null when this is the last.</param>
internal sealed record PageCut(ImmutableSortedDictionary<string, KeyFolder> Whole, ImmutableArray<string> Open, string? GoOnAfter)
{
    public static PageCut Of(KeyPage page)
    {
        var whole = ImmutableSortedDictionary.CreateBuilder<string, KeyFolder>(StringComparer.Ordinal);
        foreach (var stored in page.Objects)
        {
            if (stored.Path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
            {
                var name = stored.Path[..slash];
                if (!whole.TryGetValue(name, out var folder))
                {
                    whole[name] = folder = new KeyFolder();
                }

                folder.Add(stored with { Path = stored.Path[(slash + 1)..] });
            }
        }

        if (page.IsLast || page.Objects.IsEmpty)
        {
            return new PageCut(whole.ToImmutable(), [], null);
        }

        // The last folder may go on behind the page. What comes behind it is a folder that belongs before it only where its name begins the
        // last one, up to a character below the slash.
        var last = page.Objects[^1].Path;
        var end = last.IndexOf('/', StringComparison.Ordinal);
        var lastName = end < 0 ? last : last[..end];
        var open = ImmutableArray.CreateBuilder<string>();
        for (var i = 1; i < lastName.Length; i++)
        {
            if (lastName[i] < '/' && !whole.ContainsKey(lastName[..i]))
            {
                open.Add(lastName[..i]);
            }
        }

        if (end < 0)
        {
            return new PageCut(whole.ToImmutable(), open.ToImmutable(), last);
        }

        whole.Remove(lastName);
        open.Add(lastName);
        return new PageCut(whole.ToImmutable(), open.ToImmutable(), lastName + (char)('/' + 1));
    }
}
