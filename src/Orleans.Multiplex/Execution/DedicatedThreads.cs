using System.Threading.Channels;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// A fixed number of threads that run work in the order in which it comes. They are not the thread pool's, so that native or blocking
/// code on them never holds up the silo's own work.
/// </summary>
internal sealed class DedicatedThreads : IDisposable
{
    private readonly Channel<Action> _work;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <param name="name">The name that the threads bear in debuggers and dumps.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="capacity">How much work may wait; null for no bound, where who adds work is bounded already.</param>
    public DedicatedThreads(string name, int count, int? capacity)
    {
        _work = capacity is { } bound ? Channel.CreateBounded<Action>(bound) : Channel.CreateUnbounded<Action>();
        _running = count;
        Count = count;
        for (var i = 0; i < count; i++)
        {
            new Thread(RunWork) { IsBackground = true, Name = $"{name}-{i}" }.Start();
        }
    }

    public int Count { get; }

    /// <summary>What waits for a thread.</summary>
    public int Waiting => _work.Reader.Count;

    /// <summary>Adds work, which must not throw. False when the queue is full, or when the threads have been ended.</summary>
    public bool TryAdd(Action work) => _work.Writer.TryWrite(work);

    /// <summary>Completes when the threads have ended.</summary>
    public Task WhenEnded => _ended.Task;

    /// <summary>Ends the threads when the work that was added is done; does not wait for it, since work may block for ever.</summary>
    public void Dispose() => _work.Writer.TryComplete();

    private void RunWork()
    {
        var reader = _work.Reader;
        while (WaitForWork(reader))
        {
            while (reader.TryRead(out var work))
            {
                work();
            }
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }

    private static bool WaitForWork(ChannelReader<Action> reader)
    {
        var ready = reader.WaitToReadAsync().AsTask();
        return ready.GetAwaiter().GetResult();
    }
}
