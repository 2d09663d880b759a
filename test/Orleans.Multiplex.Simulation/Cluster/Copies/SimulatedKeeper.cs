using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>
/// Decides on the copies of the models whose grains are on a silo, by production's <see cref="CopyRule"/> and <see cref="LedModel"/>, in the order of steps of production's keeper.
/// What silos ask each other about copies is answered at once.
/// </summary>
/// <param name="silo">The silo.</param>
/// <param name="limits">How many copies models may have.</param>
/// <param name="catalogue">The models.</param>
/// <param name="cluster">What it looks at, and acts on.</param>
internal sealed class SimulatedKeeper(SimulatedSilo silo, CopyLimits limits, Catalogue catalogue, ICopyCluster cluster)
{
    /// <summary>As in production, a silo that is less busy has no hot model.</summary>
    private const double LeastBusy = 0.5;

    /// <summary>As in production, how many copies come at once.</summary>
    private const int MostAtOnce = 4;

    /// <summary>As in production, what was not asked for this long is not hot.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, (LedModel Led, Activation Activation)> _models = [];
    private int _growing;

    public void Look()
    {
        silo.Meter!.LookAtSilo();
        LookAround();
        silo.Meter.LookAt([.. _models.Values.Select(static one => one.Activation), .. cluster.Book.GetCopies(silo)]);
        foreach (var (model, (led, activation)) in _models.OrderByDescending(static one => one.Value.Led.Busy).ToList())
        {
            Meet(model, led, activation);
            cluster.Book.Lead(model, led.List);
            if (led.IsMeasured)
            {
                Judge(model, led, activation);
            }
        }
    }

    private void LookAround()
    {
        foreach (var (model, (led, activation)) in _models.ToList())
        {
            if (cluster.Find(model) != activation || led.IsForgettable)
            {
                _models.Remove(model);
            }
        }

        foreach (var activation in cluster.GetPresent(silo).Where(one => !_models.ContainsKey(one.Model) && IsOfInterest(one)))
        {
            var list = cluster.Book.FindList(activation.Model) ?? CopyList.Of(catalogue.GetId(activation.Model), [silo.SiloAddress]);
            _models.Add(activation.Model, (new LedModel(list, silo.Clock.Time), activation));
        }
    }

    private bool IsOfInterest(Activation activation) =>
        cluster.Find(activation.Model) == activation
        && ((silo.Meter!.Utilisation >= LeastBusy && activation.Resident.Age < Lately) || cluster.Book.FindList(activation.Model)?.First.Equals(silo.SiloAddress) == true);

    private void Meet(int model, LedModel led, Activation activation)
    {
        if (silo.Meter!.Find(activation) is { } own)
        {
            led.Measure(silo.SiloAddress, own);
        }

        foreach (var other in led.List.Others.ToList())
        {
            if (cluster.Book.Find(model, other) is not { } copy)
            {
                led.Lose(other, leaves: false);
                continue;
            }

            var meter = copy.Silo.Meter!;
            led.Measure(other, meter.Find(copy) ?? new CopyMeasure(0, meter.Utilisation, TimeSpan.Zero, 0));
        }
    }

    private void Judge(int model, LedModel led, Activation activation)
    {
        led.Judge(CopyRule.Judge(led.Measures, limits, led.Usual), silo.Meter!.Elapsed);
        switch (CopyRule.Decide(led.Heat))
        {
            case > 0 when _growing < MostAtOnce && !led.IsGrowing && !led.IsPaused:
                Grow(model, led, activation);
                break;
            case < 0 when !led.IsGrowing:
                Shrink(model, led);
                break;
        }
    }

    private void Grow(int model, LedModel led, Activation activation)
    {
        var age = CopyRule.GetAge(led.Measures, activation.Resident.Age);
        var wasOffered = false;
        foreach (var target in cluster.Rank(silo, model).Where(other => !led.List.Silos.Contains(other.SiloAddress) && IsFree(other)))
        {
            wasOffered = true;
            if (cluster.TryTake(target, model, age, copy => Complete(model, led, copy)))
            {
                led.IsGrowing = true;
                _growing++;
                silo.CountSent(target, catalogue.GetBytes(model));
                return;
            }
        }

        led.Pause(wasOffered);
    }

    private bool IsFree(SimulatedSilo other) =>
        silo.View.Find(other.SiloAddress) is { } heard && CopyRule.MayTake(heard.Row.Utilisation, silo.Meter!.Utilisation);

    private void Complete(int model, LedModel led, Activation copy)
    {
        _growing--;
        led.IsGrowing = false;
        led.Change(led.List.With(copy.Silo.SiloAddress));
        led.Settle();
        cluster.Book.Lead(model, led.List);
    }

    private void Shrink(int model, LedModel led)
    {
        var dropped = led.List.Others.ElementAt(CopyRule.ChooseDropped([.. led.Measures.Skip(1)]));
        led.Change(led.List.Where(other => !other.Equals(dropped)));
        led.Settle();
        cluster.Book.Lead(model, led.List);
        cluster.Drop(model, dropped);
    }
}
