using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Hosting.Cluster;

/// <summary>
/// Ends the process of a silo that the others have declared dead, at once and with a reason that a person can read: its models are elsewhere now, and what it would answer
/// is not its to answer. What else is fatal to a silo ends it as Orleans does, with all that is known.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class EvictedSilo(ILocalSiloDetails local, ILogger<EvictedSilo> logger) : IFatalErrorHandler
{
    /// <summary>How Orleans begins what it says of it.</summary>
    private const string ToldSo = "I have been told I am dead";

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        if (context?.Contains(ToldSo, StringComparison.Ordinal) != true)
        {
            LogCannotGoOn(logger, exception, local.Name, sender?.ToString() ?? "", context ?? "");
            Environment.FailFast($"Silo '{local.Name}' cannot go on: {context} {exception}", exception);
        }

        // Straight to the error stream, since loggers write behind; and no orderly end, which would go on answering.
        Console.Error.WriteLine(
            $"Silo '{local.Name}' ({local.SiloAddress}) ends: the others of its cluster have declared it dead, because it did not answer them for too long (frozen, out of processor time, or cut off). "
            + "Its models are loaded elsewhere. Start it again.");
        Console.Error.Flush();
        Process.GetCurrentProcess().Kill();
    }

    [LoggerMessage(LogEvents.HostingIds + 2, LogLevel.Critical, "Silo '{Silo}' cannot go on. {Sender}: {Context}")]
    private static partial void LogCannotGoOn(ILogger logger, Exception? error, string silo, string sender, string context);
}
