namespace Orleans.Multiplex.Residency;

/// <summary>How busy the silo's inference threads have been lately.</summary>
internal sealed class SiloLoad
{
    private double _utilisation;

    /// <summary>The part of them that was busy, 0 to 1.</summary>
    public double Utilisation
    {
        get => Volatile.Read(ref _utilisation);
        set => Volatile.Write(ref _utilisation, value);
    }
}
