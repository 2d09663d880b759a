using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>The S3 server of all tests, started by the first that needs it, and what tests do with its buckets.</summary>
public sealed class Bucket : IAsyncDisposable
{
    private readonly Lazy<Task<S3Server>> _server = new(S3Server.StartAsync);
    private readonly Lazy<Task<AmazonS3Client>> _client;
    private int _buckets;

    public Bucket() => _client = new(async () => new AmazonS3Client(new AmazonS3Config
    {
        ServiceURL = (await _server.Value).Address.AbsoluteUri,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    }));

    public Task<S3Server> Server => _server.Value;

    public Task<AmazonS3Client> Client => _client.Value;

    /// <summary>Makes a bucket of the test's own and returns its name.</summary>
    public async Task<string> MakeAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _buckets)}");
        await (await Client).PutBucketAsync(name);
        return name;
    }

    public Task PutAsync(string bucket, params IEnumerable<string> keys) => Parallel.ForEachAsync(
        keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, _) => await PutAsync(bucket, key, System.Text.Encoding.UTF8.GetBytes(key)));

    public async Task PutAsync(string bucket, string key, byte[] content) => await (await Client).PutObjectAsync(new PutObjectRequest
    {
        BucketName = bucket,
        Key = key,
        InputStream = new MemoryStream(content),
        UseChunkEncoding = false,
    });

    /// <summary>Puts an object in parts of five megabytes, so that its ETag is no digest of it.</summary>
    public async Task PutInPartsAsync(string bucket, string key, byte[] content)
    {
        const int PartBytes = 5 << 20;
        var client = await Client;
        var upload = (await client.InitiateMultipartUploadAsync(bucket, key)).UploadId;
        var parts = new List<PartETag>();
        foreach (var part in content.Chunk(PartBytes))
        {
            var put = await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = bucket,
                Key = key,
                UploadId = upload,
                PartNumber = parts.Count + 1,
                InputStream = new MemoryStream(part),
                UseChunkEncoding = false,
            });
            parts.Add(new PartETag(parts.Count + 1, put.ETag));
        }

        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload, PartETags = parts });
    }

    public async Task DeleteAsync(string bucket, string key) => await (await Client).DeleteObjectAsync(bucket, key);

    public async ValueTask DisposeAsync()
    {
        if (_client.IsValueCreated)
        {
            (await _client.Value).Dispose();
        }

        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
