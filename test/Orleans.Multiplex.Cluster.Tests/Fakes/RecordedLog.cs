using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Keeps the messages of the categories of multiplexing, each as <c>Level: message</c>.</summary>
public sealed class RecordedLog(EventLog messages) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(messages, categoryName.StartsWith("Multiplex.", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(EventLog messages, bool isKept) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isKept;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (isKept)
            {
                messages.Add($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" {exception.Message}")}");
            }
        }
    }
}
