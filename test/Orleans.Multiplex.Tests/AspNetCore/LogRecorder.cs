using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Keeps what is logged, and lets a test wait for an entry.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly Channel<Entry> _arrivals = Channel.CreateUnbounded<Entry>();

    public ConcurrentQueue<Entry> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    /// <summary>Waits for the next entry of an event.</summary>
    public async Task<Entry> NextAsync(int eventId)
    {
        await foreach (var entry in _arrivals.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (entry.EventId == eventId && entry.Category == "Multiplex.Http")
            {
                return entry;
            }
        }

        throw new InvalidOperationException("The log has ended.");
    }

    public void Dispose()
    {
    }

    internal sealed record Entry(string Category, LogLevel Level, int EventId, string Message, Exception? Error);

    private sealed class Recorder(LogRecorder log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var entry = new Entry(category, logLevel, eventId.Id, formatter(state, exception), exception);
            log.Entries.Enqueue(entry);
            log._arrivals.Writer.TryWrite(entry);
        }
    }
}
