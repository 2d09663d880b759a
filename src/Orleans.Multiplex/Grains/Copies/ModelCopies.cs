using System.Collections.Immutable;
using Orleans.Multiplex.Calls.Copies;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>The models of this silo that several silos have: those whose grain is here and that have copies elsewhere, and the copies that are here.</summary>
internal sealed class ModelCopies(InferenceScheduler scheduler, ResidencyPublisher publisher, ILocalSiloDetails local, TimeProvider time)
{
    // Read by each request, and changed when a copy comes or goes.
    private ImmutableDictionary<string, ModelCopy> _here = ImmutableDictionary.Create<string, ModelCopy>(StringComparer.Ordinal);
    private ImmutableDictionary<string, CopyList> _led = ImmutableDictionary.Create<string, CopyList>(StringComparer.Ordinal);

    /// <summary>The copies that are here.</summary>
    public IEnumerable<ModelCopy> Here => Volatile.Read(ref _here).Values;

    /// <summary>Whether there are any, here or of models whose grain is here.</summary>
    public bool Any => !Volatile.Read(ref _here).IsEmpty || !Volatile.Read(ref _led).IsEmpty;

    /// <summary>The copy of a model that is here; null where none is.</summary>
    /// <param name="model">The model as callers name it.</param>
    public ModelCopy? Find(string model) => Volatile.Read(ref _here).GetValueOrDefault(model);

    /// <summary>The silos that have a model whose grain is here; null where it is not, or no other silo has the model.</summary>
    public CopyList? FindLed(string model) => Volatile.Read(ref _led).GetValueOrDefault(model);

    /// <summary>The silos that have a model, as far as this silo has a part in it; null where it has none, or no other silo has the model.</summary>
    public CopyList? FindList(string model) => FindLed(model) ?? Find(model)?.List;

    /// <summary>The same of a resident, by whichever of its names there are copies.</summary>
    public CopyList? FindList(Resident resident) => resident.Holders.OfType<IModelTie>().Select(tie => FindList(tie.Model)).FirstOrDefault(static list => list is not null);

    /// <summary>These are the models whose grain is here and that other silos have, and no others are.</summary>
    public void Lead(IEnumerable<CopyList> lists)
    {
        var led = lists.Where(static list => list.Silos.Length > 1).ToImmutableDictionary(static list => list.Model, StringComparer.Ordinal);
        Volatile.Write(ref _led, led);
    }

    /// <summary>A model is unloaded wherever it is: nobody is to look for it elsewhere.</summary>
    public void EndLead(string model) => ImmutableInterlocked.TryRemove(ref _led, model, out _);

    /// <summary>A copy has come. False when it goes already, or is none: the model's grain is here.</summary>
    public bool TryAdd(CopyList list, Resident resident, IModelOpener opener)
    {
        if (resident.GetNames().Contains(list.Model))
        {
            return false;
        }

        if (Find(list.Model) is { } known)
        {
            if (ReferenceEquals(known.Resident, resident))
            {
                Hear(known, list);
                return true;
            }

            Remove(known);
        }

        var copy = new ModelCopy(list, opener, this, time);
        ImmutableInterlocked.AddOrUpdate(ref _here, list.Model, copy, (_, _) => copy);
        if (copy.TryHold(resident))
        {
            return true;
        }

        Remove(copy);
        return false;
    }

    /// <summary>The silo that has the model's grain tells where the model is.</summary>
    public void Hear(ModelCopy copy, CopyList list)
    {
        copy.Hear(list);
        Withdraw(copy);
    }

    /// <summary>Whoever looks for the grain of a copy's model is told to look here.</summary>
    public void Offer(ModelCopy copy)
    {
        if (copy.Resident is { } resident && copy.TryOffer())
        {
            publisher.OnReady(resident.Pool.Name, resident.Key.ModelId);
        }
    }

    /// <summary>A copy is none any more. Returns what it held.</summary>
    public Resident? Remove(ModelCopy copy)
    {
        ImmutableInterlocked.Update(
            ref _here, static (here, gone) => ReferenceEquals(here.GetValueOrDefault(gone.Model), gone) ? here.Remove(gone.Model) : here, copy);
        Withdraw(copy);
        return copy.LetGo();
    }

    /// <summary>What an answer says of its model's copies; null where there is nothing to say.</summary>
    /// <param name="model">The model as the caller names it.</param>
    /// <param name="known">What the caller knows of them.</param>
    /// <param name="resident">What answers; the caller's request is still in it.</param>
    public CopyNews? GetNews(string model, long known, Resident resident)
    {
        if (known == 0 && !Any)
        {
            return null;
        }

        var copy = Find(model);
        if ((FindLed(model) ?? (copy?.Unheard < ModelCopy.Lately ? copy.List : null)) is { } list)
        {
            return Tell(list.Stamp, known == list.Stamp ? default : list.Silos, resident);
        }

        // A copy that has not heard lately does not know what its caller may know; where there is none, and the grain is here, there are no copies.
        return known == 0 ? null : copy is null ? new CopyNews(0, [], local.SiloAddress, 0, TimeSpan.Zero) : Tell(known, silos: default, resident);
    }

    private CopyNews Tell(long stamp, ImmutableArray<SiloAddress> silos, Resident resident) => new(
        stamp,
        silos,
        local.SiloAddress,
        Math.Max(0, resident.Gate.Users - 1),
        scheduler.GetPace(scheduler.GetRuns(resident, resident.Key.ModelId)));

    private void Withdraw(ModelCopy copy)
    {
        if (copy.TryWithdraw())
        {
            publisher.OnGone(ModelPool.OfStore, copy.Key!.Value.Id);
        }
    }
}
