using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>The marks of silos of this machine that ended while they were opening models.</summary>
/// <param name="folder">The cache's folder.</param>
/// <param name="own">The file of this silo's own marks.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LeftMarks(CacheFolder folder, string? own, ILogger logger)
{
    private const int MaxBytes = 1 << 20;

    private readonly ILogger _logger = logger;

    /// <summary>
    /// Hands over the marks that were left, those of one silo together, and removes them when they are taken: who ends in the middle, or cannot keep them, leaves
    /// them to the next.
    /// </summary>
    /// <param name="take">Takes them; false where they are to stay.</param>
    public void Take(Func<IReadOnlyList<OpeningMark>, bool> take)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder.Loading).Where(path => path != own).ToList())
            {
                // Another one may have looked at it and removed it meanwhile.
                using var free = FileLock.TryTake(path, create: false);
                if (free is not null && File.Exists(path))
                {
                    if (Read(free) is not { Count: > 0 } marks || take(marks))
                    {
                        File.Delete(path);
                    }
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotRead(fault.Message);
        }
    }

    private List<OpeningMark> Read(FileLock file)
    {
        var bytes = new byte[Math.Min(RandomAccess.GetLength(file.Handle), MaxBytes)];
        var read = RandomAccess.Read(file.Handle, bytes, 0);
        var marks = new List<OpeningMark>();
        for (var at = 0; at < read; at += MarkSlot.Length)
        {
            if (MarkSlot.Read(bytes.AsSpan(at, Math.Min(MarkSlot.Length, read - at)), out var isTorn) is { } mark)
            {
                marks.Add(mark);
            }
            else if (isTorn)
            {
                LogTorn();
            }
        }

        return marks;
    }

    [LoggerMessage(LogEvents.StorageIds + 41, LogLevel.Warning, "It cannot be read which models silos were opening that have ended: {Fault}")]
    private partial void LogNotRead(string fault);

    [LoggerMessage(LogEvents.StorageIds + 42, LogLevel.Warning, "A silo ended while it was opening a model, and what it had written of it is damaged: which one is not known.")]
    private partial void LogTorn();
}
