using System.Buffers;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Fetching;

/// <summary>
/// Fetches files: a small one by one request, a large one in parts side by side, each request for the very object that was found. A part that
/// breaks off goes on where it broke off.
/// </summary>
/// <remarks>
/// Bounds: all fetches together have <see cref="S3Options.MaxConnections"/> requests under way, each with one buffer; one that was given up counts until
/// the client has ended it. A part is tried <see cref="MaxTries"/> times in a row without a byte, each of which may be three requests, because the client
/// itself sends a request again that the server did not take (never the body of an answer); each try gives up when nothing has arrived for
/// <see cref="S3Options.IdleTimeout"/>. While bytes come there is no bound but the time of who waits.
/// </remarks>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose; requests that were given up still use it.
internal sealed class FileFetch(S3Connection connection, S3Address address, S3Options options, TimeProvider time, ILogger logger)
#pragma warning restore CA1001
{
    /// <summary>How often in a row a part is begun, or gone on with, where nothing comes.</summary>
    public const int MaxTries = 6;

    private const int BufferBytes = 256 << 10;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _connections = new(options.MaxConnections);

    public async Task FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var parts = FilePart.Split(file.Length, options.PartSize.Bytes);
        if (file.Length <= options.PartSize.Bytes)
        {
            await FetchPartAsync(manifest, file, parts.Single(), target, cancellationToken);
        }
        else
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxParallel, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(parts, parallel, async (part, token) => await FetchPartAsync(manifest, file, part, target, token));
        }

        S3Log.Fetched(logger, file.Name, manifest.Key.ToString(), file.Length, time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>How long to wait before a part goes on that has failed so often.</summary>
    public static TimeSpan GetDelay(int failures) => FirstDelay * Math.Pow(2, failures - 1);

    private async Task FetchPartAsync(ModelManifest manifest, ModelFile file, FilePart part, IFetchTarget target, CancellationToken cancellationToken)
    {
        var position = part.Start;
        for (var failures = 0; ;)
        {
            var begin = position;
            try
            {
                await ReadInTurnAsync(part with { Start = position });
                return;
            }
            catch (FailedRequestException failed)
            {
                if (failed.Failure.Kind is FailureKind.Changed or FailureKind.NoBucket)
                {
                    throw new ModelChangedException(manifest.Key.ToString());
                }

                failures = position > begin ? 1 : failures + 1;
                if (failed.Failure.Kind == FailureKind.Refused || failures == MaxTries)
                {
                    throw connection.Fail(failed.Failure, manifest.Key.ToString());
                }

                var delay = GetDelay(failures);
                S3Log.BrokeOff(
                    logger, file.Name, manifest.Key.ToString(), position, failed.Failure.Reason, delay.TotalMilliseconds, failures + 1, MaxTries);
                await Task.Delay(delay, time, cancellationToken);
            }
        }

        async Task ReadInTurnAsync(FilePart rest)
        {
            await _connections.WaitAsync(cancellationToken);
            var request = Task.CompletedTask;
            try
            {
                await ReadAsync(rest, sent => request = sent);
            }
            finally
            {
                // The client goes on for a while with a request that was given up.
                _ = request.ContinueWith(
                    static (_, places) => ((SemaphoreSlim)places!).Release(),
                    _connections,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }

        async Task ReadAsync(FilePart rest, Action<Task> onSent)
        {
            using var patience = new Patience(options.IdleTimeout, time, cancellationToken);
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                using var body = await PartBody.OpenAsync(connection, Request(manifest, file), rest, file.Length, onSent, patience, cancellationToken);
                while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                {
                    await target.WriteAsync(position, buffer.AsMemory(0, read), cancellationToken);
                    position += read;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    // The folder is made of a checked id, and the file's name is one that the bucket itself told.
    private GetObjectRequest Request(ModelManifest manifest, ModelFile file) => new()
    {
        BucketName = address.Bucket,
        Key = $"{address.Prefix}{manifest.Folder}/{file.Name}",
        EtagToMatch = file.Tag,
    };
}
