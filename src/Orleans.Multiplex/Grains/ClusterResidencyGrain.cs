using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Concurrency;
using Orleans.Multiplex.Placement;

namespace Orleans.Multiplex.Grains;

/// <inheritdoc cref="IClusterResidencyGrain"/>
/// <remarks>Several on each silo, next to whoever asks. They lose a caller's cancellation, which costs nothing here: each answer is quick and bounded.</remarks>
[StatelessWorker, Reentrant, GrainType("multiplex.cluster-residency")]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed class ClusterResidencyGrain(ResidencyChannel channel, TimeProvider time) : Grain, IClusterResidencyGrain
{
    /// <summary>The longest to wait for one silo; one that does not answer is left out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken)
    {
        var reports = await AskAllAsync(exchange => exchange.ReportAsync(), cancellationToken);
        return [.. reports.OfType<SiloResidency>().OrderBy(report => report.Silo, StringComparer.Ordinal)];
    }

    public async Task<ModelReport> GetModelAsync(string model, CancellationToken cancellationToken)
    {
        _ = ModelKey.Parse(model);
        var reports = await AskAllAsync(exchange => exchange.ReportModelAsync(model), cancellationToken);
        return new ModelReport
        {
            Model = model,
            Locations = [.. reports.SelectMany(report => report.Locations)],
            Placements = [.. reports.SelectMany(report => report.Placements).OrderBy(placement => placement.Age)],
            Failures = [.. reports.SelectMany(report => report.Failures)],
        };
    }

    public async Task<ModelDescription> DescribeAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);
        MultiplexException? refusal = null;

        // The silo that is first in the model's order most likely has its file; the others are asked where it does not answer.
        foreach (var silo in channel.ActiveSilos.OrderByDescending(silo => Rendezvous.GetWeight(key.Id, silo.ToParsableString())))
        {
            try
            {
                if (await channel.Of(silo).DescribeAsync(key).WaitAsync(Patience, time, cancellationToken) is { } description)
                {
                    return description;
                }
            }
            catch (MultiplexException error) when (error is not StoreUnavailableException)
            {
                throw;
            }
            catch (StoreUnavailableException error)
            {
                refusal = error;
            }
            catch (Exception error) when (error is TimeoutException or OrleansException)
            {
                refusal ??= new StoreUnavailableException(model, "the silo that was asked does not answer.", TimeSpan.FromSeconds(1));
            }
        }

        throw refusal ?? new StoreUnavailableException(model, "no silo of the cluster has a store (Multiplex:Models).", TimeSpan.FromSeconds(5));
    }

    public async Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? model, CancellationToken cancellationToken)
    {
        _ = model is null ? default : ModelKey.Parse(model);
        var silos = await AskAllAsync(exchange => exchange.GetStatisticsAsync(model), cancellationToken);
        var sums = StatisticsSum.Of(silos.SelectMany(static silo => silo));
        if (model is null || !sums.IsEmpty)
        {
            return sums;
        }

        var never = await DescribeAsync(model, cancellationToken);
        return [new ModelStatistics { Model = never.Model, Version = never.Version }];
    }

    private async Task<T[]> AskAllAsync<T>(Func<IResidencyExchange, Task<T>> ask, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(channel.ActiveSilos.Select(AskAsync));
        return [.. answers.Where(answer => answer.Answered).Select(answer => answer.Value!)];

        async Task<(bool Answered, T? Value)> AskAsync(SiloAddress silo)
        {
            try
            {
                return (true, await ask(channel.Of(silo)).WaitAsync(Patience, time, cancellationToken));
            }
            catch (Exception error) when (error is TimeoutException or OrleansException)
            {
                return (false, default);
            }
        }
    }
}
