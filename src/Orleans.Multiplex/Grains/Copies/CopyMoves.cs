using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>Has other silos make copies, and drop them.</summary>
internal sealed partial class CopyMoves(
    HandOverTargets targets, ClusterResidencyView view, ResidencyChannel channel, ILocalSiloDetails local, TimeProvider time, ILogger logger)
{
    /// <summary>The longest that a silo is waited for at once. One that loads for longer is asked first the next time, and no other meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;

    /// <summary>
    /// Offers a model to the silos that have none of it, the best one first, until one has a copy ready. Each takes it only if it displaces nothing that is used as often.
    /// </summary>
    /// <param name="led">The model.</param>
    /// <param name="resident">It, here.</param>
    /// <param name="mayBeBusy">Whether silos are asked too that are as busy as this one.</param>
    /// <param name="utilisation">How busy this silo is.</param>
    /// <param name="isWanted">Whether it is wanted still: the model may be unloaded, or go, while a silo loads it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The silo that has a copy now, if one has; and whether any was asked.</returns>
    public async Task<(SiloAddress? Taken, bool WasOffered)> GrowAsync(LedModel led, Resident resident, bool mayBeBusy, double utilisation, Func<bool> isWanted, CancellationToken cancellationToken)
    {
        var age = CopyRule.GetAge(led.Measures, resident.Age);
        List<SiloAddress> free =
        [
            .. targets.Rank(resident)
                .Where(silo => !led.List.Silos.Contains(silo) && (silo.Equals(led.Awaited) || mayBeBusy || IsFree(silo, utilisation)))
                .OrderByDescending(silo => silo.Equals(led.Awaited)),
        ];
        led.Awaited = null;
        foreach (var target in free.TakeWhile(_ => isWanted()))
        {
            var list = led.List.With(target);
            var offer = new HandedModel(ModelKey.Create(resident.Key.ModelId, resident.Key.Version), age, resident.Reservation?.Memory ?? default, list);
            var answer = await OfferAsync(target, offer, cancellationToken);
            if (!isWanted())
            {
                Drop(led.Model, target);
            }
            else if (answer is null)
            {
                led.Awaited = target;
                return (null, true);
            }
            else if (answer == HandOverAnswer.IsReady)
            {
                targets.CountSent(resident, target);
                LogAdded(view.GetName(target.ToParsableString()), led.Model, list.Silos.Length);
                return (target, true);
            }
            else if (answer == HandOverAnswer.Unloaded)
            {
                // Here it goes too, perhaps in a moment.
                return (null, true);
            }
        }

        return (null, free.Count > 0);
    }

    /// <summary>Has a copy dropped.</summary>
    public void Drop(LedModel led, SiloAddress silo)
    {
        LogDropped(view.GetName(silo.ToParsableString()), led.Model, led.List.Silos.Length);
        Drop(led.Model, silo);
    }

    /// <summary>Has a copy dropped that nobody has counted on.</summary>
    public void Drop(string model, SiloAddress silo) => channel.Of(silo).DropCopyAsync(model, local.SiloAddress).Ignore();

    private bool IsFree(SiloAddress silo, double utilisation) => view.Find(silo) is { } heard && CopyRule.MayTake(heard.Row.Utilisation, utilisation);

    // Null while it goes on.
    private async Task<HandOverAnswer?> OfferAsync(SiloAddress target, HandedModel offer, CancellationToken cancellationToken)
    {
        var answer = channel.Of(target).TakeOverAsync(offer);
        try
        {
            return await answer.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            return null;
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return HandOverAnswer.Failed;
        }
    }

    [LoggerMessage(LogEvents.GrainIds + 40, LogLevel.Information, "Silo '{Silo}' has a copy of model '{Model}' now, so {Silos} silos have it.")]
    private partial void LogAdded(string silo, string model, int silos);

    [LoggerMessage(LogEvents.GrainIds + 41, LogLevel.Information, "Silo '{Silo}' drops its copy of model '{Model}', which needs fewer, so {Silos} silos have it.")]
    private partial void LogDropped(string silo, string model, int silos);
}
