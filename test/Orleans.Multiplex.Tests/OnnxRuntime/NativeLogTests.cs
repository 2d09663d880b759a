using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>A process has one ONNX Runtime, which writes to the log of the backend that opened a model last: nothing may open another meanwhile.</summary>
[CollectionDefinition("One log of ONNX Runtime", DisableParallelization = true)]
public sealed class OneNativeLog;

[Collection("One log of ONNX Runtime")]
public sealed class NativeLogTests
{
    [Fact]
    public async Task Run_NodeThatFails_IsLoggedAtDebugAndNotHigher()
    {
        using var log = new CapturedLog();
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        using var model = new ModelOnDisk(TestModels.BadReshape());
        await using var silo = new TestBackend(loggers.CreateLogger("Multiplex.Execution"));
        using var session = await silo.Backend.OpenAsync(model.Artifact, TestContext.Current.CancellationToken);

        Assert.Throws<InferenceFailedException>(() => session.Run(Tensor.Create("x", [1f])));

        Assert.All(log.Entries, entry => Assert.Equal(("Multiplex.Execution", LogLevel.Debug, 1580), (entry.Category, entry.Level, entry.Id.Id)));
        Assert.Contains(log.Entries, entry => entry.Message.Contains("Reshape", StringComparison.Ordinal));
    }

    private sealed record Entry(string Category, LogLevel Level, EventId Id, string Message);

    private sealed class CapturedLog : ILoggerProvider
    {
        public ConcurrentQueue<Entry> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Entries);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(string category, ConcurrentQueue<Entry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(new Entry(category, logLevel, eventId, formatter(state, exception)));
    }
}
