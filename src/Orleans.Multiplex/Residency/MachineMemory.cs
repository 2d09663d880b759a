using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// Warns when the silos of one machine may together hold more than it has: each has a quota of its own, by default most of the machine, and knows nothing of the memory that
/// the others take. A container with its own name counts as a machine.
/// </summary>
/// <param name="view">What the silos tell.</param>
/// <param name="machine">This machine's name.</param>
/// <param name="totalBytes">The memory that a process may use here.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class MachineMemory(ClusterResidencyView view, string machine, long totalBytes, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private string _told = "";

    /// <summary>Looks; called when a silo has come. Tells the same silos once.</summary>
    public void Check()
    {
        var here = view.Rows.Where(row => row.Machine == machine && row.MaxBytes > 0).OrderBy(static row => row.Name, StringComparer.Ordinal).ToList();
        var sum = here.Sum(static row => row.MaxBytes);
        var silos = string.Join(", ", here.Select(static row => $"'{row.Name}'"));
        if (here.Count > 1 && sum > totalBytes && Interlocked.Exchange(ref _told, silos) != silos)
        {
            LogTooMuch(silos, new ByteSize(sum), new ByteSize(totalBytes), new ByteSize(totalBytes / here.Count / 10 * 6));
        }
    }

    [LoggerMessage(LogEvents.ResidencyIds + 12, LogLevel.Warning,
        "The silos {Silos} of this machine may together hold {Sum} of models, and it has {Total}. Set Multiplex:MaxBytesPerSilo for each of them, for instance {Each}.")]
    private partial void LogTooMuch(string silos, ByteSize sum, ByteSize total, ByteSize each);
}
