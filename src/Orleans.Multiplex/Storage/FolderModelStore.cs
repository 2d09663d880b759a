using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage;

/// <summary>
/// Models in a folder: <c>{root}/{id}/{version}/…</c>, or <c>{root}/{id}/…</c> for a model without versions, which counts as version 1
/// where no folder <c>1</c> stands beside its files. It is looked at anew for each load, so a model put there is served without a
/// restart. A list of its models may be some seconds behind where a folder holds many.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="names">Reads the names of the folders for lists.</param>
/// <param name="logger">Is told of folders that cannot be read.</param>
internal sealed partial class FolderModelStore(string root, FolderNames names, ILogger logger) : IModelStore
{
    /// <summary>Of how many folders a warning is logged when they cannot be read, each once; the rest is for who looks closer.</summary>
    private const int MaxWarnings = 100;

    /// <summary>How much of a file is read at once.</summary>
    private const int BlockBytes = 1 << 20;

    private readonly string _root = Path.GetFullPath(root);
    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal);

    public string Name => _root;

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(Find(key, modelFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not the message: it has paths of this machine in it, and the error goes to callers.
            throw new StoreUnavailableException(key.ToString(), $"the model's folder cannot be read ({error.GetType().Name}).");
        }
    }

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken)
    {
        try
        {
            return Directory.Exists(_root)
                ? new([.. List("", names.Read(_root, cancellationToken), after?.Split('/') ?? [], modelFile, cancellationToken).Take(limit)])
                : throw new StoreUnavailableException("", "the folder of models (Multiplex:Models) does not exist.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException("", $"the folder of models cannot be read ({error.GetType().Name}).");
        }
    }

    public async ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(target);
        using var source = Read(manifest, () => Open(manifest, file));
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(file.Length, 1, BlockBytes));
        try
        {
            for (var offset = 0L; offset < file.Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var wanted = (int)Math.Min(buffer.Length, file.Length - offset);
                var count = Read(manifest, () => RandomAccess.Read(source, buffer.AsSpan(0, wanted), offset));
                await target.WriteAsync(offset, buffer.AsMemory(0, count), cancellationToken);
                offset += count > 0 ? count : throw new ModelChangedException(manifest.Key.ToString());
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // It may have been overwritten in place while it was read.
        if (Read(manifest, () => GetTag(source)) != file.Tag)
        {
            throw new ModelChangedException(manifest.Key.ToString());
        }
    }

    private SafeFileHandle Open(ModelManifest manifest, ModelFile file)
    {
        var folder = FindFolder(ModelFolder(manifest.Id), manifest.Version, candidate => manifest.Files.All(one => Holds(candidate, one.Name)))
            ?? throw new ModelChangedException(manifest.Key.ToString());
        var source = File.OpenHandle(
            Path.Combine(folder, file.Name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        if (GetTag(source) == file.Tag)
        {
            return source;
        }

        source.Dispose();
        throw new ModelChangedException(manifest.Key.ToString());
    }

    private static T Read<T>(ModelManifest manifest, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelChangedException(manifest.Key.ToString());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(manifest.Key.ToString(), $"a file of the model cannot be read ({error.GetType().Name}).");
        }
    }

    private ModelManifest? Find(ModelKey key, string? modelFile)
    {
        var folder = new DirectoryInfo(ModelFolder(key.Id));
        if (!folder.Exists)
        {
            return Directory.Exists(_root) ? null : throw new StoreUnavailableException(key.ToString(), "the folder of models (Multiplex:Models) does not exist.");
        }

        // One look at the folder serves for its versions and, as a rule, for the files: a request waits for it.
        var entries = folder.EnumerateFileSystemInfos().ToList();
        var isOne = Holds(folder.FullName, modelFile);
        var versions = FindVersions(folder.FullName, isOne, entries.OfType<DirectoryInfo>().Select(static below => below.Name), modelFile);
        if (versions.IsEmpty || (key.Version is { } asked && !versions.Contains(asked)))
        {
            return null;
        }

        var version = key.Version ?? versions[^1];
        var found = FindFolder(folder.FullName, version, candidate => candidate == folder.FullName ? isOne : Holds(candidate, modelFile));
        return found is null ? null
            : Describe(key.Id, version, versions, found == folder.FullName ? entries.OfType<FileInfo>() : new DirectoryInfo(found).EnumerateFiles());
    }

    // In the order of the segments, so that what comes before the one to go on after is passed over unread.
    private IEnumerable<ModelListing> List(
        string parent, string[] segments, ReadOnlyMemory<string> after, string? modelFile, CancellationToken cancellationToken)
    {
        var found = after.IsEmpty ? ~0 : Array.BinarySearch(segments, after.Span[0], StringComparer.Ordinal);
        for (var i = found < 0 ? ~found : found; i < segments.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var id = StoreLayout.Below(parent, segments[i]);
            if (!StoreLayout.MayHoldModels(id, segments[i]))
            {
                continue;
            }

            // The model to go on after has been listed; those below it have not.
            var (versions, below) = Look(id, modelFile, cancellationToken);
            if (i != found && !versions.IsEmpty && StoreLayout.IsModel(id))
            {
                yield return new ModelListing(id, versions);
            }

            foreach (var model in List(id, below, i == found ? after[1..] : default, modelFile, cancellationToken))
            {
                yield return model;
            }
        }
    }

    // One folder that cannot be read keeps nobody from the others. A link may be a model; what is below it is not looked at, since it may
    // lead back.
    private (ImmutableArray<long> Versions, string[] Below) Look(string id, string? modelFile, CancellationToken cancellationToken)
    {
        var folder = ModelFolder(id);
        try
        {
            var below = names.Read(folder, cancellationToken);
            return (FindVersions(folder, Holds(folder, modelFile), below, modelFile), new DirectoryInfo(folder).LinkTarget is null ? below : []);
        }
        catch (DirectoryNotFoundException)
        {
            // It has gone since its name was read.
            return ([], []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var isNew = _warned.Count < MaxWarnings && _warned.TryAdd(id, true);
            LogLeftOut(isNew ? LogLevel.Warning : LogLevel.Debug, id, error.Message);
            return ([], []);
        }
    }

    // An id was checked when it became a key: its segments are plain names, so the path stays below the root.
    private string ModelFolder(string id) => Path.Combine(_root, id.Replace('/', Path.DirectorySeparatorChar));

    private static ImmutableArray<long> FindVersions(string folder, bool isOne, IEnumerable<string> below, string? modelFile)
    {
        var versions = new SortedSet<long>();
        if (isOne)
        {
            versions.Add(1);
        }

        foreach (var name in below)
        {
            if (ModelKey.TryParseVersion(name, out var version) && Holds(Path.Combine(folder, name), modelFile))
            {
                versions.Add(version);
            }
        }

        return [.. versions];
    }

    private static string? FindFolder(string folder, long version, Func<string, bool> holds)
    {
        var versioned = Path.Combine(folder, version.ToString(CultureInfo.InvariantCulture));
        return holds(versioned) ? versioned
            : version == 1 && holds(folder) ? folder
            : null;
    }

    private static bool Holds(string folder, string? modelFile) =>
        modelFile is null ? Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any() : File.Exists(Path.Combine(folder, modelFile));

    private static ModelManifest Describe(string id, long version, ImmutableArray<long> versions, IEnumerable<FileInfo> own)
    {
        // A model without versions may have further models in folders below its own; only its own files are part of it.
        ImmutableArray<ModelFile> files =
        [
            .. from file in own.OrderBy(static file => file.Name, StringComparer.Ordinal)
               let content = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo
               where content is { Exists: true }
               select new ModelFile(file.Name, content.Length, GetTag(content.Length, content.LastWriteTimeUtc)),
        ];
        return new ModelManifest(id, version, versions, files, StoreLayout.TagOf(files));
    }

    private static string GetTag(SafeFileHandle file) => GetTag(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));

    private static string GetTag(long length, DateTime writtenAt) => string.Create(CultureInfo.InvariantCulture, $"{length}:{writtenAt.Ticks}");

    [LoggerMessage(EventId = LogEvents.StorageIds + 0, Message = "Left '{Folder}' out of the list of models: it cannot be read ({Error}).")]
    private partial void LogLeftOut(LogLevel level, string folder, string error);
}
