using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Concurrency;
using Orleans.Multiplex.Placement;
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
internal sealed class ClusterResidencyGrain(ResidencyChannel channel, QuarantinedModels quarantine, TimeProvider time) : Grain, IClusterResidencyGrain
{
    /// <summary>The longest to wait for one silo; one that does not answer is left out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The longest to ask for what a store says of a model, over all silos that are asked for it.</summary>
    private static readonly TimeSpan DescribePatience = TimeSpan.FromSeconds(2);

    /// <summary>The same for a part of the list of a store, which may be slow.</summary>
    private static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(20);

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
            Failures = QuarantineReports.AddTo([.. reports.SelectMany(static report => report.Failures)], model, quarantine.FindAll(key)),
        };
    }

    public async Task<ModelIndexPage> GetIndexAsync(string? after, int limit, bool readyOnly, CancellationToken cancellationToken)
    {
        if (readyOnly)
        {
            var silos = await GetSilosAsync(cancellationToken);
            return ModelIndex.ListReady(silos, after, limit);
        }

        ImmutableArray<ModelListing> listed =
            [.. await AskOneAsync("", [.. channel.ActiveSilos], exchange => exchange.ListModelsAsync(after, limit), ListPatience, cancellationToken)];
        var states = await channel.AskAllAsync(exchange => exchange.GetStatesAsync(listed), Patience, cancellationToken);
        return ModelIndex.Join(listed, states.SelectMany(static rows => rows), limit);
    }

    public Task<ModelDescription> DescribeAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);

        // The silo that is first in the model's order most likely has its file.
        var silos = channel.ActiveSilos.OrderByDescending(silo => Rendezvous.GetWeight(key.Id, silo.ToParsableString()));
        return AskOneAsync(model, [.. silos], exchange => exchange.DescribeAsync(key), DescribePatience, cancellationToken);
    }

    public async Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? model, CancellationToken cancellationToken)
    {
        _ = model is null ? default : ModelKey.Parse(model);
        var silos = await channel.AskAllAsync(exchange => exchange.GetStatisticsAsync(model), Patience, cancellationToken);
        var sums = StatisticsSum.Of(silos.SelectMany(static silo => silo));
        if (model is null || !sums.IsEmpty)
        {
            return sums;
        }

        var never = await DescribeAsync(model, cancellationToken);
        return [new ModelStatistics { Model = never.Model, Version = never.Version }];
    }

    // Every silo has the same store; one that has none, does not answer or cannot reach it is passed over.
    private async Task<T> AskOneAsync<T>(
        string model, IReadOnlyList<SiloAddress> silos, Func<IResidencyExchange, Task<T?>> ask, TimeSpan patience, CancellationToken cancellationToken)
        where T : class =>
        await new InTurn(patience, time).AskAsync(model, silos, silo => ask(channel.Of(silo)), cancellationToken)
            ?? throw new StoreUnavailableException(model, "no silo of the cluster has a store (Multiplex:Models).", TimeSpan.FromSeconds(5));
}
