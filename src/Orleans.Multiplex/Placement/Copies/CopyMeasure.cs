namespace Orleans.Multiplex.Placement.Copies;

/// <summary>What a silo measured of a copy and of itself, lately.</summary>
/// <param name="Busy">The part of the silo's inference threads that the copy has kept busy, 0 to 1.</param>
/// <param name="Utilisation">The part of them that was busy with any model, 0 to 1.</param>
/// <param name="Wait">What its requests wait for a thread.</param>
/// <param name="Rate">The requests that came, for each second.</param>
[GenerateSerializer, Immutable, Alias("multiplex.CopyMeasure")]
internal readonly record struct CopyMeasure(double Busy, double Utilisation, TimeSpan Wait, double Rate)
{
    /// <summary>The average of what was measured until now, and of what is measured now with this weight.</summary>
    public CopyMeasure Add(CopyMeasure now, double weight) => new(
        Busy + ((now.Busy - Busy) * weight),
        Utilisation + ((now.Utilisation - Utilisation) * weight),
        Wait + ((now.Wait - Wait) * weight),
        Rate + ((now.Rate - Rate) * weight));
}
