using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>
/// Descriptions of models for those requests that cannot be read or answered without: asked for within the request's time, and kept for a
/// second, so that warm requests do not ask the cluster each. Whether the caller may ask for the model is settled before.
/// </summary>
internal sealed class Descriptions(IMultiplexClient client, TimeProvider time, IOptions<MultiplexClientOptions> options)
{
    /// <summary>The most descriptions kept.</summary>
    public const int MaxKept = 1000;

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (ModelDescription Description, long AskedAt)> _kept = new(StringComparer.Ordinal);

    /// <summary>Starts a request's time; without one of its own it is the usual one.</summary>
    public RequestTime Start(TimeSpan? allowed) => new(time, allowed ?? options.Value.RequestTimeout);

    /// <summary>What a model takes and gives, as of a second ago at most.</summary>
    /// <param name="model">The model: <c>id</c>, or <c>id@version</c>.</param>
    /// <param name="request">The time of the request.</param>
    /// <param name="cancellationToken">Ends the wait when the caller has gone.</param>
    /// <exception cref="InferenceTimeoutException">The request's time is up.</exception>
    /// <exception cref="MultiplexException">There is no such model, it cannot be read, or the store is unavailable.</exception>
    public async ValueTask<ModelDescription> GetAsync(string model, RequestTime request, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(model, out var kept) && time.GetElapsedTime(kept.AskedAt) < MaxAge)
        {
            return kept.Description;
        }

        var askedAt = time.GetTimestamp();
        using var limit = new CancellationTokenSource(request.Left(model), time);
        using var gone = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        try
        {
            var description = await DescribeAsync(model, limit.Token);
            Keep(model, description, askedAt);
            return description;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw RequestTime.Up(model);
        }
    }

    // What is not known before the model is loaded is known then, and the request needs the model anyway.
    private async Task<ModelDescription> DescribeAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            return await client.DescribeAsync(model, cancellationToken);
        }
        catch (ModelLoadingException)
        {
            await client.LoadAsync(model, cancellationToken);
            return await client.DescribeAsync(model, cancellationToken);
        }
    }

    // All of them are old in a second: there is nothing to choose among.
    private void Keep(string model, ModelDescription description, long askedAt)
    {
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[model] = (description, askedAt);
    }
}
