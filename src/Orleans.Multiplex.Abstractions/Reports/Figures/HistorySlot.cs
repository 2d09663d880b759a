namespace Orleans.Multiplex;

/// <summary>What a silo counted in five seconds; see <see cref="SiloFigures"/>.</summary>
/// <param name="Hits">Requests answered by a resident model.</param>
/// <param name="ColdStarts">Requests answered by a model that was loaded for them.</param>
/// <param name="Failed">Requests that failed.</param>
/// <param name="Refused">Requests refused that may be sent again later.</param>
/// <param name="Loaded">Models loaded.</param>
/// <param name="LoadsFailed">Loads that failed.</param>
/// <param name="Evicted">Models evicted.</param>
/// <param name="P50">The time within which half of the requests were answered; null where there were none.</param>
/// <param name="P99">The same for 99 of 100.</param>
[GenerateSerializer, Immutable, Alias("multiplex.HistorySlot")]
public readonly record struct HistorySlot(
    int Hits, int ColdStarts, int Failed, int Refused, int Loaded, int LoadsFailed, int Evicted, TimeSpan? P50, TimeSpan? P99);
