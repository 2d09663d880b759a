namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>
/// Which models have names in metrics: those with most requests. Names change slowly, since each that is given is a new set of series for whoever keeps them: one that has a name keeps it until
/// another has half as many requests again, and no more than a tenth of the names change hands at once.
/// </summary>
internal static class TopModels
{
    /// <summary>Chooses those that are to have a name.</summary>
    /// <param name="models">All, with their requests of late.</param>
    /// <param name="max">How many have a name at most.</param>
    public static HashSet<ModelSeries> Choose(IEnumerable<(ModelSeries Model, long Requests)> models, int max)
    {
        var ranking = models
            .Where(static one => one.Requests > 0 || one.Model.IsNamed)
            .OrderByDescending(static one => one.Model.IsNamed ? one.Requests * 3 / 2 : one.Requests)
            .ThenByDescending(static one => one.Model.IsNamed)
            .ThenBy(static one => one.Model.Id, StringComparer.Ordinal)
            .Select(static one => one.Model)
            .ToList();
        var named = ranking.Where(static model => model.IsNamed).ToList();
        var spare = max - named.Count;
        var newcomers = ranking.Take(max).Where(static model => !model.IsNamed).Take(spare + Math.Max(1, max / 10)).ToList();
        return [.. newcomers, .. named.Take(max - newcomers.Count)];
    }
}
