using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>Looks at the folder of one model. Most take one request, however large the bucket.</summary>
internal sealed class ModelSearch(KeyListing listing)
{
    /// <summary>How many folders of versions are read at once.</summary>
    private const int MaxParallel = 8;

    /// <summary>What a folder says of the model that it is; what lies further below may be left out.</summary>
    /// <param name="model">The model that was asked for, for errors.</param>
    /// <param name="id">The folder, from the root of the store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<KeyFolder> ReadAsync(string model, string id, CancellationToken cancellationToken)
    {
        var page = await listing.ReadWholeAsync(model, id, "", cancellationToken);
        return page.IsLast ? ToFolder(page) : await ReadLargeAsync(model, id, cancellationToken);
    }

    /// <summary>The folder that a page is.</summary>
    public static KeyFolder ToFolder(KeyPage page)
    {
        var folder = new KeyFolder();
        foreach (var stored in page.Objects)
        {
            folder.Add(stored);
        }

        return folder;
    }

    /// <summary>The files of a folder and those of its versions: many models may lie below it, or many files.</summary>
    public async Task<KeyFolder> ReadLargeAsync(string model, string id, CancellationToken cancellationToken)
    {
        var folder = new KeyFolder();
        var versions = new List<string>();
        await foreach (var page in listing.ReadLevelAsync(model, id, cancellationToken))
        {
            versions.AddRange(page.Folders.Where(static name => ModelKey.TryParseVersion(name, out _)));
            foreach (var stored in page.Objects)
            {
                folder.Add(stored);
            }
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(versions, options, async (version, token) =>
        {
            await foreach (var page in listing.ReadLevelAsync(model, StoreLayout.Below(id, version), token))
            {
                lock (folder)
                {
                    foreach (var stored in page.Objects)
                    {
                        folder.Add(stored with { Path = StoreLayout.Below(version, stored.Path) });
                    }
                }
            }
        });
        return folder;
    }
}
