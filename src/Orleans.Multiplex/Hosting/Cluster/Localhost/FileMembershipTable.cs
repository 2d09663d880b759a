using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>
/// The membership table of the silo processes of one machine: one file for each cluster. No process owns it, so that any of them may end at any moment.
/// </summary>
/// <remarks>
/// A change is made under the folder's lock, written beside the file and put in its place by a rename, so that the file is whole at every moment.
/// Whoever reads the table first marks the silos dead whose process has ended: on one machine this is known, not suspected.
/// </remarks>
internal sealed class FileMembershipTable(
    string directory, string clusterId, Func<SiloAddress, bool> hasEnded, TimeProvider time, ILogger logger) : MembershipTable(clusterId)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path = Path.Combine(directory, $"cluster-{clusterId}.json");
    private bool _initialized;

    /// <summary>
    /// Begins the table, or joins the one that is there. Rows of a former run in which nobody lives any more are removed.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is no membership table; the message names it and the remedy.</exception>
    public override async Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default)
    {
        await StepAsync(
            document =>
            {
                var marked = MarkEnded(document);
                return (marked.Rows.All(row => row.Entry.Status == SiloStatus.Dead) ? marked with { Rows = [] } : marked, true);
            },
            cancellationToken);
        _initialized = true;
    }

    public override Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default) => StepAsync(
        document =>
        {
            var next = MarkEnded(document);
            return (next, next.ToData());
        },
        cancellationToken);

    protected override Task<T> StepAsync<T>(
        Func<MembershipDocument, (MembershipDocument Next, T Result)> step, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var folder = LockFile.Take(SiloPorts.FolderLock(directory), Patience, time, cancellationToken);
            var document = Read();
            var (next, result) = step(document);
            if (!ReferenceEquals(next, document))
                Write(next);
            return result;
        },
        cancellationToken);

    private MembershipDocument MarkEnded(MembershipDocument document)
    {
        var alive = document.Rows.Where(row => row.Entry.Status != SiloStatus.Dead).Select(row => row.Entry.SiloAddress).ToHashSet();
        var next = document.MarkEnded(hasEnded);
        foreach (var row in next.Rows.Where(row => row.Entry.Status == SiloStatus.Dead && alive.Contains(row.Entry.SiloAddress)))
            LocalhostLog.MarkedDead(logger, row.Entry.SiloAddress, ClusterId);
        return next;
    }

    private MembershipDocument Read()
    {
        try
        {
            return MembershipDocument.Parse(File.ReadAllText(_path));
        }
        catch (FileNotFoundException) when (!_initialized)
        {
            return MembershipDocument.Empty();
        }
        catch (Exception fault) when (fault is JsonException or FileNotFoundException or ArgumentException or FormatException)
        {
            throw new InvalidDataException(
                $"The membership file '{_path}' of cluster '{ClusterId}' is {(fault is FileNotFoundException ? "gone" : "damaged")} ({fault.Message}). "
                + "Stop all silos of this cluster on this machine, remove the file if it is there, and start them again.",
                fault);
        }
    }

    private void Write(MembershipDocument document)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        var draft = _path + ".new";
        using (var stream = new FileStream(draft, options))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(document.Write());
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _path, overwrite: true);
    }
}
