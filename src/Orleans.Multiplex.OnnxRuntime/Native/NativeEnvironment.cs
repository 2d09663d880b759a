using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>
/// ONNX Runtime's environment, of which a process has one. It is made before anything else of ONNX Runtime, so that its messages go
/// to our log and not to the error output, and it holds the memory pool that all sessions share.
/// </summary>
internal static partial class NativeEnvironment
{
    private static readonly Lock Gate = new();
    private static volatile ILogger? _logger;
    private static bool _started;

    /// <summary>Makes the environment, once for the process; from now on its messages go to <paramref name="logger"/>.</summary>
    public static void Start(ILogger logger) => Start(logger, isExact: false);

    /// <summary>The same in a process that measures: its pool takes from the heap what is asked of it, not a power of two of it.</summary>
    public static void StartMeasuring(ILogger logger) => Start(logger, isExact: true);

    private static void Start(ILogger logger, bool isExact)
    {
        lock (Gate)
        {
            _logger = logger;
            if (_started)
            {
                return;
            }

            // The application may use ONNX Runtime for itself and have made the environment; then it stays as it is.
            if (!OrtEnv.IsCreated)
            {
                Create();
            }

            SharePool(isExact);
            _started = true;
            if (!isExact)
            {
                RunPool.Begin();
            }
        }
    }

    private static void Create()
    {
        var options = new EnvironmentCreationOptions
        {
            logId = "Orleans.Multiplex",
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            loggingFunction = Log,
        };
#pragma warning disable CA2000 // It lives as long as the process.
        OrtEnv.CreateInstanceWithOptions(ref options);
#pragma warning restore CA2000
    }

    /// <summary>
    /// Gives all sessions one pool for what they need during a run: a pool for each would keep its peak while the model idles.
    /// </summary>
    private static void SharePool(bool isExact)
    {
        const int AsRequested = 1;
        const int ByDefault = -1;
        using var processor = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        using var defaults = isExact ? new OrtArenaCfg(0, AsRequested, 1, ByDefault) : new OrtArenaCfg(0, ByDefault, ByDefault, ByDefault);
        OrtEnv.Instance().CreateAndRegisterAllocator(processor, defaults);
    }

    // What is an error for ONNX Runtime is often a request at fault, and its caller is told: a client must not be able to flood the log.
    private static void Log(IntPtr parameter, OrtLoggingLevel severity, string category, string logId, string location, string message)
    {
#pragma warning disable CA1031 // Native code calls this: an exception of a log provider must not pass through it.
        try
        {
            if (_logger is { } logger)
            {
                LogNativeMessage(logger, NativeError.Clean(message));
            }
        }
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(LogEvents.ExecutionIds + 80, LogLevel.Debug, "ONNX Runtime: {Message}")]
    private static partial void LogNativeMessage(ILogger logger, string message);
}
