using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.S3;

/// <summary>
/// The client, with what all its requests have in common: each begins to be answered within <see cref="S3Options.IdleTimeout"/> or is given up,
/// the client's own two retries included; each failure becomes an error of the store. Credentials are in no error and in no log.
/// </summary>
/// <remarks>
/// The client never gets a token that may end. Where it was ended while it read an error's text, it has been seen to give its connection back to the
/// pool with that read still waiting, which then took the first bytes of the next answer. A request that nobody waits for any more ends by itself:
/// each of its tries has the same time.
/// </remarks>
internal sealed class S3Connection(S3Address address, S3Options options, AWSCredentials? credentials, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan RetryAfterOutage = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterRefusal = TimeSpan.FromSeconds(5);

    // Made by the first request: to find credentials and region may take a while, or fail until they are there.
    private readonly Lazy<AmazonS3Client> _client = new(() => Create(options, credentials), LazyThreadSafetyMode.PublicationOnly);
    private readonly string _store = address.ToString();
    private int _isFailing;

    /// <summary>The server, as people know it.</summary>
    public string Server { get; } = options.ServiceUrl?.GetLeftPart(UriPartial.Authority) ?? (options.Region is { } region ? $"Amazon S3 in {region}" : "Amazon S3");

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    /// <summary>Asks for something that comes as a whole.</summary>
    /// <exception cref="ModelNotFoundException">There is no such bucket.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer or refuses.</exception>
    public async Task<T> AskAsync<T>(string model, Func<IAmazonS3, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = new Patience(options.IdleTimeout, time, cancellationToken);
        try
        {
            var answer = await SendAsync(ask, patience, cancellationToken);
            if (Interlocked.Exchange(ref _isFailing, 0) == 1)
            {
                S3Log.AnswersAgain(logger, _store, Server);
            }

            return answer;
        }
        catch (FailedRequestException failed)
        {
            throw Fail(failed.Failure, model);
        }
    }

    /// <summary>Sends a request.</summary>
    /// <exception cref="FailedRequestException">It failed.</exception>
    public Task<T> SendAsync<T>(Func<IAmazonS3, Task<T>> send, Patience patience, CancellationToken cancellationToken) => TryAsync(
        async token =>
        {
            var sending = send(_client.Value);
            try
            {
                return await sending.WaitAsync(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                _ = LetGoAsync(sending);
                throw;
            }
        },
        patience,
        cancellationToken);

    /// <summary>Does a step of a request that heeds its token, and tells what its failure means.</summary>
    /// <exception cref="FailedRequestException">It failed.</exception>
    public async Task<T> TryAsync<T>(Func<CancellationToken, Task<T>> step, Patience patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            patience.Begin();
            var result = await step(patience.Token);
            patience.End();
            return result;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FailedRequestException(ToFailure(error, patience), error);
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is not OperationCanceledException)
        {
            throw new OperationCanceledException("The request was ended.", error, cancellationToken);
        }
    }

    /// <summary>Makes the error that a failure is to who asked for a model. Operators read when it began and when it was over.</summary>
    public Exception Fail(Failure failure, string model)
    {
        var isNew = Interlocked.Exchange(ref _isFailing, 1) == 0;
        S3Log.Failing(logger, isNew ? LogLevel.Warning : LogLevel.Debug, _store, Server, failure.Reason);
        return ToError(failure, model);
    }

    private Exception ToError(Failure failure, string model) => failure.Kind switch
    {
        FailureKind.NoBucket when model.Length > 0 => new ModelNotFoundException(model, $"There is no model '{model}': {Server} {failure.Reason}.", RetryAfterRefusal),
        FailureKind.Changed => new StoreUnavailableException(model, $"{Server} does not answer as an S3 server does: {failure.Reason}.", RetryAfterRefusal),
        FailureKind.Unavailable => new StoreUnavailableException(model, $"{Server} {failure.Reason}.", RetryAfterOutage),
        _ => new StoreUnavailableException(model, $"{Server} {failure.Reason}.", RetryAfterRefusal),
    };

    private static async Task LetGoAsync<T>(Task<T> sending)
    {
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sending.IsCompletedSuccessfully)
        {
            (await sending as IDisposable)?.Dispose();
        }
    }

    private static AmazonS3Client Create(S3Options options, AWSCredentials? credentials)
    {
        var config = new AmazonS3Config
        {
            // Other servers than Amazon's know no checksums of the newer kinds, and of a range of bytes nobody sends one. So what comes is believed as the
            // connection brings it: with the ETag and the length that were asked for, and no more. The digest that the cache computes of what it has
            // written tells what comes to harm after that.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = options.IdleTimeout,
            ForcePathStyle = options.ForcePathStyle ?? options.ServiceUrl is not null,
        };
        if (options.ServiceUrl is { } server)
        {
            config.ServiceURL = server.GetLeftPart(UriPartial.Authority);
            config.AuthenticationRegion = options.Region ?? FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false)?.SystemName ?? "us-east-1";
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    private Failure ToFailure(Exception error, Patience patience) => patience.IsOver
        ? new Failure(FailureKind.Unavailable, $"sent nothing for {options.IdleTimeout.TotalSeconds:0.###} s (Multiplex:S3:IdleTimeout)")
        : Failure.Of(error);
}
