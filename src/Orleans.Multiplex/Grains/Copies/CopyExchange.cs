using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>Tells the silos that have copies where those of their models are, and hears how they do: one message to each silo for all models.</summary>
internal sealed class CopyExchange(ResidencyChannel channel, ClusterResidencyView view, TimeProvider time)
{
    /// <summary>The longest that a silo is waited for: those that answer must not hang on one that does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Meets them. A silo that has no copy any more, or has gone, is taken out of the model's list; one that does not answer stays as it was.</summary>
    public async Task MeetAsync(IReadOnlyCollection<LedModel> models, CancellationToken cancellationToken)
    {
        var active = channel.ActiveSilos;
        foreach (var model in models)
        {
            model.Change(model.List.Where(active.Contains));
        }

        var visits = await Task.WhenAll(models
            .SelectMany(static model => model.List.Others.Select(silo => (Silo: silo, Model: model)))
            .GroupBy(static one => one.Silo, static one => one.Model)
            .Select(group => VisitAsync(group.Key, [.. group], cancellationToken)));
        foreach (var (silo, model, measure) in visits.SelectMany(static visit => visit))
        {
            if (measure is { } told)
            {
                model.Measure(silo, told);
            }
            else
            {
                model.Lose(silo, leaves: view.Find(silo)?.Row.IsDraining == true);
            }
        }
    }

    private async Task<IEnumerable<(SiloAddress Silo, LedModel Model, CopyMeasure? Measure)>> VisitAsync(
        SiloAddress silo, List<LedModel> models, CancellationToken cancellationToken)
    {
        try
        {
            var measures = await channel.Of(silo)
                .MeetCopiesAsync([.. models.Select(static model => model.List)]).WaitAsync(Patience, time, cancellationToken);
            return models.Zip(measures, (model, measure) => (silo, model, measure));
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return [];
        }
    }
}
