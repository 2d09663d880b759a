using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>Reads which keys there are below a folder, page by page.</summary>
internal sealed class KeyListing(S3Connection connection, S3Address address, int? pageSize, ILogger logger)
{
    private const string Slash = "/";
    private const string BehindDigits = ":";

    /// <summary>The objects of a folder and of all below it, up to a page of them.</summary>
    /// <param name="model">The model that was asked for, for errors.</param>
    /// <param name="folder">The folder, from the root of the store; empty for the root.</param>
    /// <param name="after">Where the page begins: behind this, relative to the folder.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<KeyPage> ReadWholeAsync(string model, string folder, string after, CancellationToken cancellationToken)
    {
        var request = Request(folder);
        request.StartAfter = after.Length == 0 ? null : request.Prefix + after;
        return ReadAsync(model, request, cancellationToken);
    }

    /// <summary>The objects that lie in a folder itself, and the names of the folders in it.</summary>
    public async IAsyncEnumerable<KeyPage> ReadLevelAsync(string model, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = Request(folder);
        request.Delimiter = Slash;
        KeyPage page;
        do
        {
            page = await ReadAsync(model, request, cancellationToken);
            yield return page;
        }
        while (!page.IsLast);
    }

    /// <summary>The names of the folders in a folder that begin with a digit, as those of versions do, and hardly more.</summary>
    public async IAsyncEnumerable<string> ReadVersionsAsync(string model, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = Request(folder);
        request.Delimiter = Slash;
        request.StartAfter = request.Prefix + "0";
        KeyPage page;
        do
        {
            page = await ReadAsync(model, request, cancellationToken);
            foreach (var name in page.Folders)
            {
                yield return name;
            }
        }
        while (!page.IsLast && !page.Folders.Concat(page.Objects.Select(static stored => stored.Path)).Any(static name => string.CompareOrdinal(name, BehindDigits) >= 0));
    }

    // The id was checked when it became a key, so it adds nothing to a key but its own characters.
    private ListObjectsV2Request Request(string folder) => new()
    {
        BucketName = address.Bucket,
        Prefix = folder.Length == 0 ? address.Prefix : address.Prefix + folder + Slash,

        // Keys may have characters that XML cannot have; one of them would spoil the whole page.
        Encoding = EncodingType.Url,
        MaxKeys = pageSize,
    };

    private async Task<KeyPage> ReadAsync(string model, ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        var response = await connection.AskAsync(model, client => client.ListObjectsV2Async(request, CancellationToken.None), cancellationToken);
        request.ContinuationToken = response.NextContinuationToken;
        S3Log.ListedPage(logger, response.KeyCount ?? 0, model);
        return new KeyPage(
            [.. (response.S3Objects ?? []).Select(stored => new StoredObject(Decode(stored.Key), stored.Size ?? 0, stored.ETag))],
            [.. (response.CommonPrefixes ?? []).Select(prefix => Decode(prefix)[..^1])],
            response.IsTruncated is not true);

        // Not every server knows of it; one that does says so.
        string Decode(string key) => (response.Encoding == EncodingType.Url ? WebUtility.UrlDecode(key) : key)[request.Prefix.Length..];
    }
}
