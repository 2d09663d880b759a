namespace Orleans.Multiplex.Grains.Events;

/// <summary>Reads the journals of all silos as one.</summary>
internal sealed class EventReading(ResidencyChannel channel)
{
    /// <summary>The most events that are read of one silo at once.</summary>
    public const int MostOfOne = 1000;

    /// <summary>Reads on from a position, or the last events where there is none.</summary>
    /// <param name="after">The position; null for the last events.</param>
    /// <param name="limit">How many of the last events are wanted.</param>
    /// <param name="patience">The longest to wait for one silo; what one that does not answer has to tell comes later.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClusterEventPage> ReadAsync(EventPosition? after, int limit, TimeSpan patience, CancellationToken cancellationToken)
    {
        // One that joins while the others are asked is not silent, it is new: what it keeps is wanted.
        var asked = channel.ActiveSilos;
        var pages = await channel.AskAllAsync(
            async (silo, exchange) => (Silo: silo, Page: await exchange.ReadJournalAsync(after?[silo], after is null ? limit : MostOfOne)),
            patience,
            cancellationToken);
        var events = pages.SelectMany(static one => one.Page.Events).OrderBy(static one => one.At).ThenBy(static one => one.Silo, StringComparer.Ordinal).ThenBy(static one => one.Sequence);

        // Of one that does not answer at first, its last events are not known, and all that it keeps are not wanted.
        var silent = after is null ? asked.Except(pages.Select(static one => one.Silo)).Select(static silo => (silo, EventPosition.ToCome)) : [];
        return new ClusterEventPage
        {
            Events = after is null ? [.. events.TakeLast(limit)] : [.. events],
            Position = (after ?? EventPosition.Start).Advance([.. silent, .. pages.Select(static one => (one.Silo, one.Page.Last))], channel.DeadSilos).ToString(),
            HasMore = after is not null && pages.Any(static one => one.Page.HasMore),
        };
    }
}
