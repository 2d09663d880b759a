using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Calls;

/// <summary>The log events of the client SDK: ids 2100 to 2199. What Orleans says of a failure is told here and not to callers.</summary>
internal static partial class ClientLog
{
    public const string Category = "Multiplex.Client";

    [LoggerMessage(2100, LogLevel.Debug, "A try of a call failed on its way after {Milliseconds:0.0}ms; it is made again while there is time. Model: '{Model}'.")]
    public static partial void TryFailed(this ILogger logger, Exception error, string model, double milliseconds);

    [LoggerMessage(2101, LogLevel.Warning, "A call failed on its way until its deadline. Model: '{Model}'. The last try failed with:")]
    public static partial void GaveUp(this ILogger logger, Exception error, string model);

    [LoggerMessage(2102, LogLevel.Warning, "Model '{Model}' could not be loaded, and its new pin could not be taken back.")]
    public static partial void PinNotTakenBack(this ILogger logger, Exception error, string model);
}
