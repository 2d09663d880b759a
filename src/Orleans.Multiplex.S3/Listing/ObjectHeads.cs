using Amazon.S3.Model;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>Asks what an object is, without its bytes.</summary>
internal sealed class ObjectHeads(S3Connection connection, S3Address address, S3Options options, TimeProvider time)
{
    /// <summary>The ETag of an object; null when there is none.</summary>
    /// <param name="model">The model that was asked for, for errors.</param>
    /// <param name="path">The object, from the root of the store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The server does not answer or refuses.</exception>
    public async Task<string?> ReadAsync(string model, string path, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = address.Bucket, Key = address.Prefix + path };
        using var patience = new Patience(options.IdleTimeout, time, cancellationToken);
        try
        {
            return (await connection.SendAsync(client => client.GetObjectMetadataAsync(request, CancellationToken.None), patience, cancellationToken)).ETag;
        }
        catch (FailedRequestException failed) when (failed.Failure.Kind is FailureKind.Changed)
        {
            return null;
        }
        catch (FailedRequestException failed)
        {
            throw connection.Fail(failed.Failure, model);
        }
    }
}
