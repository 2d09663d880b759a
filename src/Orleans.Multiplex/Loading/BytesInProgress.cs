using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// How many bytes of models are being opened at once, of the heap and of mapped files together: to open a model takes, for as long as it lasts, up to as much again as
/// is reserved for it. First come, first served, so that a large one is not starved by small ones. One that is larger than the bound goes alone.
/// </summary>
/// <param name="most">The bound.</param>
internal sealed class BytesInProgress(long most)
{
    // What is reserved is at most the quota, which leaves two fifths of the memory to the process: three eighths of that are for this.
    private const int ShareOfQuota = 4;

    private readonly Lock _lock = new();
    private readonly Room _room = new(most);

    /// <summary>The bound that settings and quota come to.</summary>
    /// <param name="set">What is set; zero for nothing.</param>
    /// <param name="quotaBytes">The bytes of the heap that the silo may hold.</param>
    public static long GetMost(ByteSize set, long quotaBytes) => set.Bytes > 0 ? set.Bytes : Math.Max(quotaBytes / ShareOfQuota, 1);

    /// <summary>Takes the bytes of a model in, as soon as that can be.</summary>
    public ValueTask TakeAsync(ModelMemory memory, CancellationToken cancellationToken)
    {
        RoomRequest request;
        lock (_lock)
        {
            // One of which nothing is known takes no place from others.
            if (Weigh(memory) is var bytes && (bytes == 0 || _room.TryTake(bytes)))
            {
                return default;
            }

            request = _room.Enqueue(bytes);
        }

        return new(WaitAsync(request, cancellationToken));
    }

    /// <summary>The model is open, or is not opened.</summary>
    public void Give(ModelMemory memory)
    {
        lock (_lock)
        {
            _room.Give(Weigh(memory));
        }
    }

    private long Weigh(ModelMemory memory) => Math.Clamp(Math.Min(memory.HeapBytes, most) + Math.Min(memory.MappedBytes, most), 0, most);

    private async Task WaitAsync(RoomRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await request.Served.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _room.Cancel(request);
            }

            throw;
        }
    }
}
