using System.Runtime.CompilerServices;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>
/// Goes through the models of a bucket in the order of the segments of their ids, each before those below it. Reads a page of keys at a time, and
/// holds one for each folder that is larger than a page and stands above where it is.
/// </summary>
internal sealed class ModelWalk(KeyListing listing, ModelSearch search, string? modelFile)
{
    /// <summary>The models below a folder.</summary>
    /// <param name="parent">The folder, from the root of the store; empty for the root.</param>
    /// <param name="after">The segments below the folder of the model to go on after, which need not be there; none to begin at the beginning.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public async IAsyncEnumerable<ModelListing> GoAsync(
        string parent, ReadOnlyMemory<string> after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = after.IsEmpty ? "" : after.Span[0];
        string? last = null;
        for (var next = from; next is not null;)
        {
            var cut = PageCut.Of(await listing.ReadWholeAsync("", parent, next, cancellationToken));
            next = cut.GoOnAfter;
            foreach (var name in cut.Whole.Keys.Concat(cut.Open).Order(StringComparer.Ordinal))
            {
                // What has had its turn may come again: it was looked for before it came.
                var id = StoreLayout.Below(parent, name);
                if (string.CompareOrdinal(name, from) < 0 || string.CompareOrdinal(name, last) <= 0 || !StoreLayout.MayHoldModels(id, name))
                {
                    continue;
                }

                last = name;

                // The model to go on after has been listed; those below it have not.
                var models = name == from ? GoAsync(id, after[1..], cancellationToken)
                    : cut.Whole.TryGetValue(name, out var folder) ? folder.List(id, modelFile).ToAsyncEnumerable()
                    : GoIntoAsync(id, cancellationToken);
                await foreach (var model in models)
                {
                    yield return model;
                }
            }
        }
    }

    private async IAsyncEnumerable<ModelListing> GoIntoAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = await listing.ReadWholeAsync("", id, "", cancellationToken);
        if (page.IsLast)
        {
            foreach (var model in ModelSearch.ToFolder(page).List(id, modelFile))
            {
                yield return model;
            }

            yield break;
        }

        if (StoreLayout.IsModel(id) && (await search.ReadLargeAsync("", id, cancellationToken)).FindVersions(modelFile) is { IsEmpty: false } versions)
        {
            yield return new ModelListing(id, versions);
        }

        await foreach (var model in GoAsync(id, default, cancellationToken))
        {
            yield return model;
        }
    }
}
