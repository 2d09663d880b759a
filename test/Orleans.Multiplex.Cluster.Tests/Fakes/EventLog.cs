using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What happened, in order; a test can wait for it.</summary>
public sealed class EventLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<string> _events = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> Holds, TaskCompletionSource Happened)> _waiting = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    public void Add(string happened)
    {
        lock (_lock)
        {
            _events.Add(happened);
            foreach (var waiter in _waiting.Where(waiter => waiter.Holds(_events)).ToList())
            {
                _waiting.Remove(waiter);
                waiter.Happened.SetResult();
            }
        }
    }

    public int Count(string happened) => All.Count(one => one == happened);

    public Task WaitForAsync(string happened, int times = 1) => WaitForAsync(events => events.Count(one => one == happened) >= times, happened);

    public Task WaitForTextAsync(string text, int times = 1) =>
        WaitForAsync(events => events.Count(one => one.Contains(text, StringComparison.Ordinal)) >= times, text);

    private async Task WaitForAsync(Func<IReadOnlyList<string>, bool> holds, string what)
    {
        var happened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (holds(_events))
            {
                return;
            }

            _waiting.Add((holds, happened));
        }

        try
        {
            await happened.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"'{what}' did not happen; this did: {string.Join(", ", All)}");
        }
    }
}
