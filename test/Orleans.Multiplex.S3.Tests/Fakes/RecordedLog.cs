using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.S3.Tests;

internal sealed class RecordedLog : ILogger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();

    public ConcurrentQueue<(LogLevel Level, EventId Id, string Message)> Entries { get; } = new();

    /// <summary>How many pages of keys were read.</summary>
    public int Pages => Entries.Count(static entry => entry.Id.Id == 1254);

    public IEnumerable<string> Warnings => Entries.Where(static entry => entry.Level >= LogLevel.Warning).Select(static entry => entry.Message);

    /// <summary>Completes when a warning has been logged that begins so.</summary>
    public Task WhenWarnedAsync(string beginning)
    {
        var awaited = _awaited.GetOrAdd(beginning, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Warnings.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)))
        {
            awaited.TrySetResult();
        }

        return awaited.Task.WaitAsync(Patience);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        Entries.Enqueue((logLevel, eventId, line));
        foreach (var (beginning, awaited) in _awaited)
        {
            if (logLevel >= LogLevel.Warning && line.StartsWith(beginning, StringComparison.Ordinal))
            {
                awaited.TrySetResult();
            }
        }
    }
}
