using System.Collections.Concurrent;

namespace Orleans.Multiplex.Tests;

/// <summary>A model that records its disposal, and does in it what a test says.</summary>
internal sealed class TrackedModel(string id, ConcurrentQueue<string>? events = null, Func<Task>? onDispose = null) : IAsyncDisposable
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposals;

    public string Id => id;

    public int Disposals => Volatile.Read(ref _disposals);

    public Task WhenDisposed => _disposed.Task.Soon();

    public async ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref _disposals);
        events?.Enqueue($"unload {id}");
        _disposed.TrySetResult();
        if (onDispose is not null)
        {
            await onDispose();
        }
    }
}
