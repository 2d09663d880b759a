namespace Orleans.Multiplex.Residency;

/// <summary>The right to use a resident's model until disposed; the model is not unloaded meanwhile. Disposed exactly once.</summary>
internal readonly struct ModelLease(Resident resident, TimeSpan waited, bool isCold) : IDisposable
{
    public Resident Resident => resident;

    public object Model => resident.Model!;

    /// <summary>The time that the request waited for the load; zero when the model was resident.</summary>
    public TimeSpan Waited => waited;

    /// <summary>Whether the request waited for the load.</summary>
    public bool IsCold => isCold;

    /// <summary>The right to use a resident that is ready and has begun its first run.</summary>
    public static bool TryTakeWarm(Resident? resident, out ModelLease lease)
    {
        if (resident is { FirstRun: null or { HasBegun: true } } && resident.TryUse())
        {
            lease = new ModelLease(resident, TimeSpan.Zero, isCold: false);
            return true;
        }

        lease = default;
        return false;
    }

    /// <summary>A second right to the same model, for a run that may outlast the call that started it.</summary>
    public ModelLease Share()
    {
        resident.Gate.EnterAgain();
        return new ModelLease(resident, waited, isCold);
    }

    public void Dispose()
    {
        resident.Touch();
        resident.Leave();
    }
}
