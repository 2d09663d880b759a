using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// Ends a load that fails: its waiters are told, and what it holds is given back when it has really ended. What the failure of a newer version
/// that nobody has asked for comes to is told by who wanted the swap.
/// </summary>
internal sealed partial class LoadEnd(
    ResidencyLedger ledger, LoadOptions options, SiloTelemetry telemetry, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    /// <summary>How long a load that was ended may take to heed it, and its model to be disposed, until it counts as deaf.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;

    public LoadOutcome ToOutcome(Exception error, Resident resident, CancellationToken timeout) => error switch
    {
        _ when resident.LoadStopped.IsCancellationRequested || stopping.IsCancellationRequested => new(LoadFailureKind.Unloaded, ""),
        OperationCanceledException when timeout.IsCancellationRequested && resident.State is (ResidentState.Queued or ResidentState.Reserving or ResidentState.Checking) =>
            new(LoadFailureKind.NoRoom, $"Model '{resident.Name}' waited {options.Timeout.TotalSeconds:0.#} s (Multiplex:Load:Timeout) for its turn to be loaded."),
        OperationCanceledException when timeout.IsCancellationRequested =>
            new(LoadFailureKind.Broken, $"it did not end within {options.Timeout.TotalSeconds:0.#} s (Multiplex:Load:Timeout)."),
        NoCapacityException { IsPermanent: false } when resident.State == ResidentState.Fetching => new(LoadFailureKind.NoDisk, error.Message),
        _ => LoadFailure.Classify(error),
    };

    // A load of which a step still runs, deaf to its token, fails now for its waiters, and so does one whose model hangs in its disposal: its
    // room comes back when that has ended.
    public async Task FailAsync(Resident resident, LoadInProgress load, LoadOutcome outcome)
    {
        var closing = load.CloseAsync();
        if (load.Step is null or { IsCompleted: true } && await IsClosedSoonAsync(closing))
        {
            load.Release();
        }

        resident.TellHolders(outcome);
        ledger.Remove(resident, outcome.Message.Length > 0 ? outcome.Message : "unloaded while it was being loaded");
        Log(resident, outcome);
        resident.FailLoad(outcome);
        if (!await IsClosedSoonAsync(closing))
        {
            LogLeftBehind(resident.Name);
            load.LeaveBehind();
            await closing;
        }

        load.Release();
        resident.End();
    }

    // Out of the ledger already, so whether somebody has asked for it, and not only the swap that it was begun for, changes no more.
    private void Log(Resident resident, LoadOutcome outcome)
    {
        if (outcome.Failure is LoadFailureKind.Unloaded)
        {
            LogLoadStopped(resident.Name);
            return;
        }

        telemetry.LoadFailed(resident.Key.Named, SiloTelemetry.Camel($"{outcome.Failure}"), outcome.Message);
        if (resident.Predecessor is null)
        {
            LogLoadFailed(resident.Name, outcome.Message);
        }
    }

    private async Task<bool> IsClosedSoonAsync(Task closing)
    {
        await closing.WaitAsync(ClosePatience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return closing.IsCompleted;
    }

    [LoggerMessage(LogEvents.LoadingIds + 2, LogLevel.Error, "Failed to load model '{Model}'. {Reason}")]
    private partial void LogLoadFailed(string model, string reason);

    [LoggerMessage(LogEvents.LoadingIds + 3, LogLevel.Information, "Stopped loading model '{Model}'.")]
    private partial void LogLoadStopped(string model);

    [LoggerMessage(LogEvents.LoadingIds + 4, LogLevel.Warning,
        "The load of model '{Model}' was ended and goes on all the same, deaf to its token; what it has in memory keeps its room until it ends.")]
    private partial void LogLeftBehind(string model);
}
