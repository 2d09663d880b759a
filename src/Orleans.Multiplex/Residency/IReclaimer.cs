namespace Orleans.Multiplex.Residency;

/// <summary>Makes room for those who wait for it.</summary>
internal interface IReclaimer
{
    /// <summary>Starts what is needed so that every shortage of the quota ends; returns without waiting for it.</summary>
    void Reclaim();
}
