using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>The worker's log: its error output, which the silo passes on to its own.</summary>
internal sealed class ErrorLog : ILogger, ILoggerFactory
{
    private ErrorLog()
    {
    }

    public static ErrorLog Instance { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Console.Error.WriteLine(formatter(state, exception));
}
