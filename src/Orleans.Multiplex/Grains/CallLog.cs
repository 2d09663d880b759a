using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains;

/// <summary>The log lines of each call of a model, of the store and of own classes alike. Costs nothing while they are not wanted.</summary>
internal sealed partial class CallLog(TimeProvider time, ILogger logger)
{
    private readonly TimeProvider _time = time;

    /// <summary>Logs the start of a call; null when the lines of calls are not wanted.</summary>
    public Entry? Start(string model)
    {
        if (!logger.IsEnabled(LogLevel.Debug))
        {
            return null;
        }

        LogStarted(model);
        return new Entry(this, model, _time.GetTimestamp());
    }

    [LoggerMessage(LogEvents.GrainIds + 10, LogLevel.Debug, "Request to model '{Model}' started.")]
    private partial void LogStarted(string model);

    [LoggerMessage(LogEvents.GrainIds + 11, LogLevel.Debug, "Request to model '{Model}' succeeded in {Milliseconds:0.0}ms (cold: {IsCold}).")]
    private partial void LogSucceeded(string model, double milliseconds, bool isCold);

    [LoggerMessage(LogEvents.GrainIds + 12, LogLevel.Debug, "Request to model '{Model}' failed in {Milliseconds:0.0}ms: {Error}.")]
    private partial void LogFailed(string model, double milliseconds, string error);

    /// <summary>A call under way; only its first outcome is logged.</summary>
    internal sealed class Entry(CallLog log, string model, long startedAt)
    {
        private bool _hasEnded;

        private double Milliseconds => log._time.GetElapsedTime(startedAt).TotalMilliseconds;

        public void Succeed(bool isCold)
        {
            if (!Interlocked.Exchange(ref _hasEnded, true))
            {
                log.LogSucceeded(model, Milliseconds, isCold);
            }
        }

        public void Fail(Exception error) => Fail(error.GetType().Name);

        public void Fail(string error)
        {
            if (!Interlocked.Exchange(ref _hasEnded, true))
            {
                log.LogFailed(model, Milliseconds, error);
            }
        }
    }
}
