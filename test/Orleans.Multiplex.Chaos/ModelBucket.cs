using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Chaos;

/// <summary>The models in the store: each adds its number to what it is given, and 1000 more by each further version, so that an answer tells whose it is.</summary>
internal sealed class ModelBucket(S3Server server) : IDisposable
{
    private const string Name = "chaos";

    private readonly AmazonS3Client _client = new(new AmazonS3Config
    {
        ServiceURL = server.Address.AbsoluteUri,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>As <c>Multiplex:Models</c> has it.</summary>
    public static string Address => $"s3://{Name}";

    /// <summary>What a version of a model adds.</summary>
    public static int GetAdded(int model, long version) => model + (1000 * (int)(version - 1));

    public async Task FillAsync(int models, CancellationToken cancellationToken)
    {
        await _client.PutBucketAsync(Name, cancellationToken);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, models), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (model, token) => await PutAsync(model, 1, token));
    }

    public Task PutAsync(int model, long version, CancellationToken cancellationToken) => _client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = Name,
            Key = string.Create(CultureInfo.InvariantCulture, $"{model}/{version}/model.onnx"),
            InputStream = new MemoryStream(TestModels.Affine(1, GetAdded(model, version))),
            UseChunkEncoding = false,
        },
        cancellationToken);

    public void Dispose() => _client.Dispose();
}
