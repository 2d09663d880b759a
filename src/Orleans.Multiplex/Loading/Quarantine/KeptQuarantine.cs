using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading.Quarantine;

/// <summary>
/// Keeps on this machine what this silo knows of quarantined versions, whoever found it out, so that it outlives the cluster and the loss of any machine; and
/// tells the log.
/// </summary>
/// <param name="quarantine">What is known.</param>
/// <param name="folder">Where it is kept.</param>
/// <param name="writer">Writes it there.</param>
/// <param name="logger">The log.</param>
internal sealed partial class KeptQuarantine(QuarantinedModels quarantine, QuarantineFolder folder, QuarantineWriter writer, ILogger logger) : IDisposable
{
    private readonly ILogger _logger = logger;

    /// <summary>Takes in what is kept, and keeps from now on what comes.</summary>
    public void Start()
    {
        var kept = folder.Read();
        quarantine.Add(kept);
        foreach (var entry in quarantine.FindAll())
        {
            LogKept(entry.Model.ToString(), entry.Reason);
        }

        foreach (var forgotten in kept.Where(entry => !quarantine.Table.Entries.ContainsKey(entry.Mark.Id)))
        {
            folder.Remove(forgotten);
        }

        quarantine.Changed += OnChanged;
    }

    /// <summary>Takes in what other silos of this machine have kept of a version.</summary>
    public void Look(string key) => quarantine.Add(folder.ReadOf(key));

    /// <summary>Completes when what has come so far is kept. A disk may hang.</summary>
    public Task WhenKept => writer.WhenWritten;

    /// <summary>Returns when what has come so far is kept; false where it cannot be.</summary>
    public bool Flush() => writer.Flush();

    /// <summary>Waits until what has come so far is kept, or has no more time.</summary>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await WhenKept.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public void Dispose() => quarantine.Changed -= OnChanged;

    private void OnChanged(QuarantineNews news)
    {
        writer.Add([.. news.Held, .. news.Cleared, .. news.Missed]);
        foreach (var entry in news.Held)
        {
            LogQuarantined(entry.Model.ToString(), entry.Reason);
        }

        foreach (var entry in news.Cleared)
        {
            LogCleared(entry.Model.ToString(), entry.Mark.Silo, entry.Mark.At);
        }
    }

    [LoggerMessage(LogEvents.LoadingIds + 40, LogLevel.Error, "Model '{Model}' is refused from now on: {Reason}")]
    private partial void LogQuarantined(string model, string reason);

    [LoggerMessage(LogEvents.LoadingIds + 41, LogLevel.Warning, "Model '{Model}' is still refused: {Reason}")]
    private partial void LogKept(string model, string reason);

    [LoggerMessage(LogEvents.LoadingIds + 42, LogLevel.Information,
        "The quarantine of model '{Model}' is cleared, in which silo '{Silo}' ended at {At:u}: its next request opens it again.")]
    private partial void LogCleared(string model, string silo, DateTimeOffset at);
}
