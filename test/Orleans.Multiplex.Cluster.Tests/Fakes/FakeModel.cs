namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A model that notices when it is used after its disposal, or disposed while in use or twice.</summary>
public sealed class FakeModel(string name, FakeModelHost host) : IAsyncDisposable
{
    private int _users;
    private int _disposals;

    public string Name => name;

    public string Use()
    {
        using (Begin())
        {
            return name;
        }
    }

    public async Task<string> UseAsync(Func<Task> during)
    {
        using (Begin())
        {
            await during();
            return name;
        }
    }

    public IDisposable Begin()
    {
        Interlocked.Increment(ref _users);
        Check();
        return new InUse(this);
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) > 1)
        {
            host.Events.Add($"disposed twice {name}");
        }

        if (Volatile.Read(ref _users) > 0)
        {
            host.Events.Add($"disposed in use {name}");
        }

        host.OnDispose(name);
        return ValueTask.CompletedTask;
    }

    private void Check()
    {
        if (Volatile.Read(ref _disposals) > 0)
        {
            host.Events.Add($"used after disposal {name}");
            throw new ObjectDisposedException(name);
        }
    }

    private sealed class InUse(FakeModel model) : IDisposable
    {
        public void Dispose()
        {
            model.Check();
            Interlocked.Decrement(ref model._users);
        }
    }
}

/// <summary>A model that has only the synchronous release.</summary>
public sealed class DisposableModel(string name, FakeModelHost host) : IDisposable
{
    public string Name => name;

    public void Dispose() => host.OnDispose(name);
}
