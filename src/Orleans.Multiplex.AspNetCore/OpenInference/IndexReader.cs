using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Reads the index as one caller may see it.</summary>
internal sealed class IndexReader(IMultiplexClient client)
{
    // Of a part in which the caller may know of little, so that a small limit does not ask for the store model by model.
    private const int PassedOverAtOnce = 1000;

    /// <summary>
    /// The next part. Where the caller may not know of a model, neither the entries nor the name to go on after tell of it: parts in which
    /// there is nothing for the caller are passed over.
    /// </summary>
    public async Task<ModelIndexPage> ReadAsync(AccessGrant grant, string? after, int limit, bool readyOnly, CancellationToken cancellationToken)
    {
        if (!grant.IsLimited)
        {
            return await client.GetIndexAsync(after, limit, readyOnly, cancellationToken);
        }

        while (true)
        {
            var page = await client.GetIndexAsync(after, Math.Max(limit, PassedOverAtOnce), readyOnly, cancellationToken);
            var known = page.Entries.RemoveAll(entry => !grant.Covers(entry.Model));
            var part = TakeModels(known, limit);
            if (part.Length < known.Length || (page.Next is not null && !part.IsEmpty))
            {
                return new ModelIndexPage(part, part[^1].Model);
            }

            if (page.Next is null)
            {
                return new ModelIndexPage(part, null);
            }

            after = page.Next;
        }
    }

    // A model has an entry for each of its versions, side by side.
    private static ImmutableArray<ModelIndexEntry> TakeModels(ImmutableArray<ModelIndexEntry> entries, int limit)
    {
        var models = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if ((i == 0 || entries[i].Model != entries[i - 1].Model) && models++ == limit)
            {
                return entries[..i];
            }
        }

        return entries;
    }
}
