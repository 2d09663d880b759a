using Orleans.Multiplex.Telemetry.Traces;
using Waiting = (string Model, System.Diagnostics.Activity? Span);

namespace Orleans.Multiplex.Residency;

/// <summary>What of a silo's rooms is short, beyond what is on its way out. To be called under the quota's lock.</summary>
internal static class Shortages
{
    /// <summary>Whether anything is: cheap, since it is asked for at every step.</summary>
    public static bool IsAny(IReadOnlyList<ModelPool> pools, MemoryRooms memory)
    {
        var isAny = memory.Heap.Shortage > 0 || memory.Mapped.Shortage > 0;
        for (var i = 0; i < pools.Count && !isAny; i++)
        {
            isAny = pools[i].Models.Shortage > 0;
        }

        return isAny;
    }

    /// <summary>Places of pools, and bytes.</summary>
    public static IReadOnlyList<Shortage> Find(IReadOnlyList<ModelPool> pools, MemoryRooms memory) => IsAny(pools, memory)
        ? [.. pools.Where(static pool => pool.Models.Shortage > 0).Select(static pool => OfPlaces(pool, For(pool.Models))),
            .. OfBytes(pools, memory, memory.Heap.Shortage, memory.Mapped.Shortage, For(memory.Heap), For(memory.Mapped))]
        : [];

    /// <summary>What is short for one who does not wait in line.</summary>
    /// <param name="pools">The pools.</param>
    /// <param name="memory">Room for memory.</param>
    /// <param name="pool">The pool in which a place is needed; null when none is.</param>
    /// <param name="more">The bytes that are needed.</param>
    /// <param name="model">The model that needs them.</param>
    public static IReadOnlyList<Shortage> FindFor(IReadOnlyList<ModelPool> pools, MemoryRooms memory, ModelPool? pool, ModelMemory more, string model) =>
    [
        .. pool?.Models.GetShortage(1) > 0 ? new[] { OfPlaces(pool, (model, Spans.Recorded)) } : [],
        .. OfBytes(pools, memory, memory.Heap.GetShortage(more.HeapBytes), memory.Mapped.GetShortage(more.MappedBytes), (model, Spans.Recorded), (model, Spans.Recorded)),
    ];

    private static Waiting For(Room room) => room.FirstWaiting is { } first ? (first.Model, first.Span) : ("", null);

    private static Shortage OfPlaces(ModelPool pool, Waiting by) => new([pool], static _ => 1, pool.Models.Limit, by.Model, by.Span);

    private static IEnumerable<Shortage> OfBytes(
        IReadOnlyList<ModelPool> pools, MemoryRooms memory, long heap, long mapped, Waiting heapFor, Waiting mappedFor)
    {
        if (heap > 0)
        {
            yield return new Shortage(pools, static reservation => reservation.Bytes, memory.Heap.Limit, heapFor.Model, heapFor.Span);
        }

        if (mapped > 0)
        {
            yield return new Shortage(pools, static reservation => reservation.MappedBytes, memory.Mapped.Limit, mappedFor.Model, mappedFor.Span);
        }
    }
}
