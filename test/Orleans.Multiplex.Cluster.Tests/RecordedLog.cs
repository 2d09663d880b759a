using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Keeps the messages of the categories that begin with a text.</summary>
public sealed class RecordedLog(string category = "Multiplex.") : ILoggerProvider
{
    public ConcurrentQueue<(LogLevel Level, string Message)> Messages { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName.StartsWith(category, StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(RecordedLog log, bool isKept) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isKept;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (isKept)
            {
                log.Messages.Enqueue((logLevel, formatter(state, exception)));
            }
        }
    }
}
