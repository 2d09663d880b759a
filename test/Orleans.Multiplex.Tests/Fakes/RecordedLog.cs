using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Tests;

/// <summary>Keeps what is logged, and tells a test when a message comes.</summary>
internal sealed class RecordedLog : ILogger
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();

    public ConcurrentQueue<(LogLevel Level, string Message, Exception? Error)> Entries { get; } = new();

    public IEnumerable<string> Messages => Entries.Select(entry => entry.Message);

    /// <summary>Completes when a message that begins so has been logged.</summary>
    public Task WhenLogged(string beginning)
    {
        var awaited = _awaited.GetOrAdd(beginning, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Messages.Any(message => message.StartsWith(beginning, StringComparison.Ordinal)))
        {
            awaited.TrySetResult();
        }

        return awaited.Task.Soon();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        Entries.Enqueue((logLevel, message, exception));
        foreach (var (beginning, awaited) in _awaited)
        {
            if (message.StartsWith(beginning, StringComparison.Ordinal))
            {
                awaited.TrySetResult();
            }
        }
    }
}
