using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Drains the silo when its host is told to stop, before anything of it stops: it takes no new models, and hands those that it has over to the others, the most recently used
/// ones first, while it still answers for all of them. Where there is nobody, or no room, a model stays to the end.
/// </summary>
internal sealed partial class SiloDrain(
    ResidencyPublisher publisher,
    ResidencyLedger ledger,
    ModelHandOver handOver,
    HandOverTargets targets,
    CopyHost copies,
    DrainProgress progress,
    DrainOptions options,
    string silo,
    SiloTelemetry telemetry,
    TimeProvider time,
    ILogger logger) : IHostedLifecycleService
{
    /// <summary>How many models move at once: the silos that take them are busy with others too.</summary>
    private const int MostAtOnce = 4;

    /// <summary>How many models may take all of their time one after the other.</summary>
    private const int Parts = 3;

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;

    public Task StoppingAsync(CancellationToken cancellationToken) => DrainAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        publisher.BeginDraining();
        telemetry.SiloChanged(ClusterEventKind.SiloDraining, silo, $"Silo '{silo}' leaves: it takes no new models, and hands over those that it has.");
        if (options.Timeout == TimeSpan.Zero || !targets.Any)
        {
            return;
        }

        var residents = FindNext([]);
        progress.Begin(residents.Count);
        LogBegun(silo, residents.Count, options.Timeout);
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var reports = time.CreateTimer(_ => LogProgress(silo, progress.Moved, progress.Models), null, ReportEvery, ReportEvery);

        // What became ready meanwhile goes too.
        HashSet<Resident> offered = [];
        for (; residents.Count > 0 && !stop.IsCancellationRequested; residents = FindNext(offered))
        {
            offered.UnionWith(residents);
            progress.Count(offered.Count);
            await HandOverAsync(residents, stop.Token);
        }

        LogEnded(silo, progress.Moved, progress.Models);
    }

    // Those that pins keep and those in use first, then by their last use. Copies stay to the end where their models are elsewhere too.
    private List<Resident> FindNext(HashSet<Resident> offered) =>
    [
        .. ledger.Snapshot()
            .Where(one => one.State == ResidentState.Ready && !offered.Contains(one) && !copies.IsElsewhere(one))
            .OrderBy(static one => ModelHandOver.GetAge(one) > TimeSpan.Zero)
            .ThenByDescending(static one => one.LastUse),
    ];

    // Models of own classes wait for their calls and for nothing else, so they take no turn from others.
    private Task HandOverAsync(List<Resident> residents, CancellationToken cancellationToken) => Task.WhenAll(
        [
            Parallel.ForEachAsync(
                residents.Where(ModelHandOver.IsOfStore),
                new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = CancellationToken.None },
                async (resident, _) => await HandOverAsync(resident, cancellationToken)),
            .. residents.Where(static resident => !ModelHandOver.IsOfStore(resident)).Select(resident => HandOverAsync(resident, cancellationToken)),
        ]);

    // A model that takes long, as one whose requests do, holds no other up for more than a part of the time.
    private async Task HandOverAsync(Resident resident, CancellationToken cancellationToken)
    {
        using var part = new CancellationTokenSource(options.Timeout / Parts, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(part.Token, cancellationToken);
        try
        {
            foreach (var target in targets.Rank(resident))
            {
                if (await handOver.MoveAsync(resident, target, stop.Token) == HandOverAnswer.IsReady)
                {
                    targets.CountSent(resident, target);
                    progress.CountMoved();
                    return;
                }
            }
        }
#pragma warning disable CA1031 // Whatever keeps a model here, it is no reason to stay: it goes with the silo, and its next request loads it elsewhere.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (error is not OperationCanceledException)
            {
                LogFailed(error, resident.Name);
            }
        }

        progress.CountLeft();
    }

    [LoggerMessage(LogEvents.GrainIds + 30, LogLevel.Information, "Silo '{Silo}' is leaving: it hands {Models} models over to the others, in {Timeout} at most.")]
    private partial void LogBegun(string silo, int models, TimeSpan timeout);

    [LoggerMessage(LogEvents.GrainIds + 31, LogLevel.Information, "Silo '{Silo}' is leaving: {Moved} of {Models} models are on other silos.")]
    private partial void LogProgress(string silo, int moved, int models);

    [LoggerMessage(LogEvents.GrainIds + 32, LogLevel.Information,
        "Silo '{Silo}' has handed {Moved} of {Models} models over; what is left is loaded elsewhere by its next request.")]
    private partial void LogEnded(string silo, int moved, int models);

    [LoggerMessage(LogEvents.GrainIds + 33, LogLevel.Warning, "Model '{Model}' could not be handed over.")]
    private partial void LogFailed(Exception error, string model);
}
