using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Concurrency;
using Orleans.Multiplex.Grains.Events;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <inheritdoc cref="IClusterResidencyGrain"/>
/// <remarks>
/// Several on each silo, next to whoever asks. They lose a caller's cancellation, which costs little here: each answer has a bounded time,
/// however many silos there are, and whether or not they and their stores answer.
/// </remarks>
[StatelessWorker, Reentrant, GrainType("multiplex.cluster-residency")]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed class ClusterResidencyGrain(ResidencyChannel channel, QuarantinedModels quarantine, ClusterStore store, EventReading events) : Grain, IClusterResidencyGrain
{
    /// <summary>The longest to wait for one silo; one that does not answer is left out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken)
    {
        var reports = await channel.AskAllAsync(exchange => exchange.ReportAsync(), Patience, cancellationToken);
        return [.. reports.OfType<SiloResidency>().OrderBy(report => report.Silo, StringComparer.Ordinal)];
    }

    public async Task<ModelReport> GetModelAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);
        var reports = await channel.AskAllAsync(exchange => exchange.ReportModelAsync(model), Patience, cancellationToken);
        return new ModelReport
        {
            Model = model,
            Locations = [.. reports.SelectMany(report => report.Locations)],
            Placements = [.. reports.SelectMany(report => report.Placements).OrderBy(placement => placement.Age)],
            Events = [.. reports.SelectMany(static report => report.Events).OrderByDescending(static one => one.At).ThenByDescending(static one => one.Sequence)],
            Latencies = [.. reports.SelectMany(static report => report.Latencies).OrderBy(static one => one.Silo, StringComparer.Ordinal).ThenBy(static one => one.Version)],
            Failures = QuarantineReports.AddTo([.. reports.SelectMany(static report => report.Failures)], model, quarantine.FindAll(key)),
        };
    }

    public async Task<ImmutableArray<SiloHistory>> GetHistoryAsync(int slots, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(slots, 1, SiloHistory.MostSlots);
        var histories = await channel.AskAllAsync(exchange => exchange.GetHistoryAsync(most), Patience, cancellationToken);
        return [.. histories.OfType<SiloHistory>().OrderBy(history => history.Silo, StringComparer.Ordinal)];
    }

    public Task<ClusterEventPage> GetEventsAsync(string? after, int last, CancellationToken cancellationToken) => events.ReadAsync(
        after is null ? null : EventPosition.TryParse(after) ?? throw new InvalidEventPositionException(after), Math.Clamp(last, 0, EventReading.MostOfOne), Patience, cancellationToken);

    public async Task<ModelIndexPage> GetIndexAsync(string? after, int limit, bool readyOnly, CancellationToken cancellationToken)
    {
        if (readyOnly)
        {
            var silos = await GetSilosAsync(cancellationToken);
            return ModelIndex.ListReady(silos, after, limit);
        }

        ImmutableArray<ModelListing> listed = [.. await store.ListAsync(after, limit, cancellationToken)];
        var states = await channel.AskAllAsync(exchange => exchange.GetStatesAsync(listed), Patience, cancellationToken);
        return ModelIndex.Join(listed, states.SelectMany(static rows => rows), limit);
    }

    public async Task<ModelDescription> DescribeAsync(string model, CancellationToken cancellationToken)
    {
        var description = await store.DescribeAsync(ModelKey.Parse(model), cancellationToken);
        return description.IsKnown ? description : throw ModelLoadingException.OfUnread(model, description.Bytes);
    }

    public async Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? model, CancellationToken cancellationToken)
    {
        ModelKey? key = model is null ? null : ModelKey.Parse(model);
        var silos = await channel.AskAllAsync(exchange => exchange.GetStatisticsAsync(model), Patience, cancellationToken);
        var sums = StatisticsSum.Of(silos.SelectMany(static silo => silo));
        if (key is not { } asked || !sums.IsEmpty)
        {
            return sums;
        }

        var never = await store.FindAsync(asked, cancellationToken);
        return [new ModelStatistics { Model = never.Id, Version = asked.Version ?? never.Versions[^1] }];
    }
}
