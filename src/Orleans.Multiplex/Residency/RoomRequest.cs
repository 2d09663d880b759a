using System.Diagnostics;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Residency;

/// <summary>One who waits for room.</summary>
/// <param name="amount">How much.</param>
/// <param name="model">The model that it is for; empty where one is corrected that is here.</param>
internal sealed class RoomRequest(long amount, string model)
{
    public long Amount => amount;

    public string Model => model;

    /// <summary>The span of who waits, to which belongs what is evicted for it; null where that is not recorded.</summary>
    public Activity? Span { get; } = Spans.Recorded;

    public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The place in the queue; null once served or cancelled.</summary>
    public LinkedListNode<RoomRequest>? Place { get; set; }
}
