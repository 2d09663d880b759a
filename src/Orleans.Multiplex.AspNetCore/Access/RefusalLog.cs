using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.Traces;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// Counts what is refused, and logs it: each request at debug, and as a warning at most once a minute for each key and reason, so that nobody floods the
/// log from outside. What came with a request, a key above all, is not logged.
/// </summary>
internal sealed class RefusalLog(TimeProvider time, ILoggerFactory loggers)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = loggers.CreateLogger(HttpLog.Category);
    private readonly long[] _counts = new long[Enum.GetValues<RefusalReason>().Length];
    private readonly ConcurrentDictionary<(string? Key, RefusalReason Reason), Tally> _tallies = [];

    /// <summary>How many requests have been refused for a reason.</summary>
    public long GetCount(RefusalReason reason) => Interlocked.Read(ref _counts[(int)reason]);

    public void Write(HttpContext context, Refusal refusal)
    {
        Interlocked.Increment(ref _counts[(int)refusal.Reason]);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        var key = refusal.Key ?? "none";
        _logger.RequestRefused(RequestTrace.IdOf(context), context.Request.Method, route, key, refusal.Reason);
        if (_tallies.GetOrAdd((refusal.Key, refusal.Reason), static _ => new Tally()).Count(time) is { } refused)
        {
            _logger.Refusing(refused, route, context.Connection.RemoteIpAddress?.ToString() ?? "", key, refusal.Message);
        }
    }

    private sealed class Tally
    {
        private readonly Lock _lock = new();
        private long? _toldAt;
        private long _untold;

        // How many there were since the last line, when it is time for a line.
        public long? Count(TimeProvider time)
        {
            lock (_lock)
            {
                _untold++;
                if (_toldAt is { } toldAt && time.GetElapsedTime(toldAt) < Pause)
                {
                    return null;
                }

                var refused = _untold;
                (_toldAt, _untold) = (time.GetTimestamp(), 0);
                return refused;
            }
        }
    }
}
