using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Reads the index as one caller may see it.</summary>
internal sealed class IndexReader(IMultiplexClient client)
{
    /// <summary>
    /// The next part. Where the caller may not know of a model, neither the entries nor the name to go on after tell of it: parts in which
    /// there is nothing for the caller are passed over.
    /// </summary>
    public async Task<ModelIndexPage> ReadAsync(AccessGrant grant, string? after, int limit, bool readyOnly, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await client.GetIndexAsync(after, limit, readyOnly, cancellationToken);
            var seen = page.Entries.RemoveAll(entry => !grant.Covers(entry.Model));
            if (seen.Length == page.Entries.Length || page.Next is null)
            {
                return page with { Entries = seen };
            }

            if (!seen.IsEmpty)
            {
                return new ModelIndexPage(seen, seen[^1].Model);
            }

            after = page.Next;
        }
    }
}
