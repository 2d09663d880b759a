using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Events;

/// <summary>Which events a reader wants, by the parameters of the request. What is not given is not filtered by.</summary>
/// <param name="Kinds">The kinds; empty for all.</param>
/// <param name="Model">The id of the model.</param>
/// <param name="Silo">The name of the silo.</param>
internal sealed record EventFilter(ImmutableHashSet<ClusterEventKind> Kinds, string? Model, string? Silo)
{
    public const string KindParameter = "kind";
    public const string ModelParameter = "model";
    public const string SiloParameter = "silo";

    /// <exception cref="BadHttpRequestException">There is no such kind.</exception>
    public static EventFilter Read(IQueryCollection query) => new(
        [.. query[KindParameter].SelectMany(static kinds => (kinds ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(ReadKind)],
        ReadText(query, ModelParameter),
        ReadText(query, SiloParameter));

    /// <summary>Whether an event is wanted. That events are missing is told in any case.</summary>
    public bool Admits(ClusterEvent one) => one.Kind == ClusterEventKind.Missed
        || ((Kinds.IsEmpty || Kinds.Contains(one.Kind)) && (Model ?? one.Model) == one.Model && (Silo ?? one.Silo) == one.Silo);

    private static string? ReadText(IQueryCollection query, string parameter) => query[parameter] is [{ Length: > 0 } text, ..] ? text : null;

    private static ClusterEventKind ReadKind(string text) =>
        Enum.GetValues<ClusterEventKind>().Where(kind => EventJson.NameOf(kind) == text).Select(static kind => (ClusterEventKind?)kind).FirstOrDefault()
        ?? throw new BadHttpRequestException(
            $"'{text}' is no kind of event; there are {string.Join(", ", Enum.GetValues<ClusterEventKind>().Select(EventJson.NameOf))}.");
}
