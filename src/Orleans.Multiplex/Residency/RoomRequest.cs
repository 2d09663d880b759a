namespace Orleans.Multiplex.Residency;

/// <summary>One who waits for room.</summary>
internal sealed class RoomRequest(long amount)
{
    public long Amount => amount;

    public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The place in the queue; null once served or cancelled.</summary>
    public LinkedListNode<RoomRequest>? Place { get; set; }
}
