using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Whether requests can be answered: this process is not stopping, and a silo takes models. Probes come from anywhere, so the cluster is
/// asked at most once a second, whoever asks how often.
/// </summary>
internal sealed class ReadinessProbe(IMultiplexClient client, IOptions<MultiplexHttpOptions> options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<string?>? _answer;
    private long _askedAt;
    private volatile bool _hadAll;

    /// <summary>Why requests cannot be answered; null when they can.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        lifetime.ApplicationStopping.IsCancellationRequested
            ? "The server is stopping."
            : await Recent().WaitAsync(cancellationToken);

    private Task<string?> Recent()
    {
        lock (_lock)
        {
            if (_answer is null || (_answer.IsCompleted && time.GetElapsedTime(_askedAt) >= MaxAge))
            {
                _askedAt = time.GetTimestamp();
                _answer = Task.Run(AskAsync);
            }

            return _answer;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps the cluster from answering, the answer is: not ready.")]
    private async Task<string?> AskAsync()
    {
        using var limit = new CancellationTokenSource(MaxWait, time);
        try
        {
            var silos = await client.GetSilosAsync(limit.Token);
            return silos.Any(static silo => !silo.IsDraining) ? await FindMissingAsync(silos.Where(static silo => !silo.IsDraining).Sum(static silo => silo.Preloading), limit.Token) : "No silo of the cluster takes models.";
        }
        catch (OperationCanceledException)
        {
            return "The cluster does not answer.";
        }
        catch (MultiplexException error)
        {
            return error.Message;
        }
        catch (Exception)
        {
            return "The cluster cannot be asked.";
        }
    }

    // Anybody may ask, so it names none.
    private async Task<string?> FindMissingAsync(int preloading, CancellationToken cancellationToken)
    {
        if (!options.Value.ReadyWhenPreloaded || _hadAll)
        {
            return null;
        }

        var pinned = (await client.GetPinsAsync(cancellationToken)).Count(static pin => pin.Silo is null);
        _hadAll = pinned + preloading == 0;
        return _hadAll ? null
            : pinned > 0 ? string.Create(CultureInfo.InvariantCulture, $"{pinned} pinned models are not loaded yet.")
            : string.Create(CultureInfo.InvariantCulture, $"{preloading} models that are loaded at the start are not loaded yet.");
    }
}
