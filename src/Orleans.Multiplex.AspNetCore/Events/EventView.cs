using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.Events;

/// <summary>Events as one reader may see them.</summary>
internal static class EventView
{
    /// <summary>The events that a reader may know of, in their order. Of a model that had to go for one that the reader may not know of, they tell that it was another.</summary>
    public static IEnumerable<ClusterEvent> Of(IEnumerable<ClusterEvent> events, AccessGrant grant) => !grant.IsLimited
        ? events
        : events.Where(one => one.Model is not { } model || grant.Covers(model)).Select(one => one.For is { } other && !grant.Covers(other)
            ? one with { For = null, Message = one.Message.Replace($"'{other}'", "another model", StringComparison.Ordinal) }
            : one);
}
