namespace Orleans.Multiplex.Residency;

/// <summary>Room for the memory of a silo's models, of each kind. Not thread-safe: <see cref="SiloQuota"/> calls it under its lock.</summary>
internal sealed class MemoryRooms(ModelMemory most)
{
    public Room Heap { get; } = new(most.HeapBytes, $"{new ByteSize(most.HeapBytes)}");

    public Room Mapped { get; } = new(most.MappedBytes, $"{new ByteSize(most.MappedBytes)} of mapped files");

    /// <summary>What a reservation holds is on its way out, or not any more.</summary>
    public void SetLeaving(Reservation reservation, bool isLeaving)
    {
        Heap.Leaving += isLeaving ? reservation.Bytes : -reservation.Bytes;
        Mapped.Leaving += isLeaving ? reservation.MappedBytes : -reservation.MappedBytes;
    }

    /// <summary>What a reservation holds is kept by a pin, or not any more.</summary>
    public void SetPinned(Reservation reservation, bool isPinned)
    {
        Heap.Pinned += isPinned ? reservation.Bytes : -reservation.Bytes;
        Mapped.Pinned += isPinned ? reservation.MappedBytes : -reservation.MappedBytes;
    }

    /// <summary>Gives back what a reservation holds.</summary>
    public void Give(Reservation reservation)
    {
        Heap.Give(reservation.Bytes);
        Mapped.Give(reservation.MappedBytes);
    }

    /// <summary>Takes both kinds, or none of them where one does not fit or is waited for. Of what is not above zero nothing is needed.</summary>
    public bool TryTake(ModelMemory more)
    {
        if ((more.HeapBytes > 0 && !Heap.Fits(more.HeapBytes)) || (more.MappedBytes > 0 && !Mapped.Fits(more.MappedBytes)))
        {
            return false;
        }

        _ = more.HeapBytes <= 0 || Heap.TryTake(more.HeapBytes);
        _ = more.MappedBytes <= 0 || Mapped.TryTake(more.MappedBytes);
        return true;
    }

    /// <summary>A reservation holds other amounts from now on: what it has beyond them is given back, what it lacks must have been taken for it.</summary>
    public void Change(Reservation reservation, ModelMemory memory)
    {
        Change(Heap, reservation, memory.HeapBytes - reservation.Bytes);
        Change(Mapped, reservation, memory.MappedBytes - reservation.MappedBytes);
        (reservation.Bytes, reservation.MappedBytes) = memory;
    }

    private static void Change(Room room, Reservation reservation, long more)
    {
        room.Pinned += reservation.IsPinned ? more : 0;
        room.Leaving += reservation.IsLeaving ? more : 0;
        if (more < 0)
        {
            room.Give(-more);
        }
    }
}
