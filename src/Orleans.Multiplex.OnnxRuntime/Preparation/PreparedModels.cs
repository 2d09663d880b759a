using System.Runtime.CompilerServices;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>The prepared forms of models, beside their contents in the cache of this machine, where all its silos find them.</summary>
internal sealed partial class PreparedModels(ILoggerFactory loggers)
{
    private const int MaxRemembered = 10_000;
    private const int MostFailures = 3;
    private const string EndedASilo = "a silo ended while it was opening it";

    // What another process wrote is read once before it is believed, as all that lies in the cache: the digest of the content, by its folder.
    private readonly ConcurrentLru<string, string> _checked = new(MaxRemembered);

    // How often what is whole could not be opened. A fault of the moment is no reason to remove it, but this process does not try it for ever.
    private readonly ConcurrentLru<string, StrongBox<int>> _failures = new(MaxRemembered);
    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);

    /// <summary>The folder of a prepared model, whether it is there or not; null while the content is not known.</summary>
    public static string? FindFolder(ArtifactContents contents, string file) =>
        contents.Digests is { } digests && digests.TryGetValue(file, out var digest)
            ? Path.Combine(contents.GetFolder(digest), PreparationKey.Of(ContentKey.Of(digests), PreparationTarget.Current))
            : null;

    /// <summary>What the prepared form of a model is called (<see cref="PreparationKey"/>); null when there is none, whole or not.</summary>
    public string? FindName(ModelArtifact artifact, string file) =>
        artifact.Contents is { } contents && FindFolder(contents, file) is { } folder && Directory.Exists(folder) && !IsGivenUp(folder)
            ? Path.GetFileName(folder)
            : null;

    /// <summary>The prepared form of a model; null when there is none that is whole.</summary>
    public PreparedModel? Find(ModelArtifact artifact, string file)
    {
        if (artifact.Contents is not { } contents || FindFolder(contents, file) is not { } folder || IsGivenUp(folder))
        {
            return null;
        }

        try
        {
            if (!PreparedModel.TryRead(folder, out var model))
            {
                return null;
            }

            if (!_checked.TryGet(folder, out var digest) || digest != model.ContentDigest)
            {
                if (!model.IsIntact())
                {
                    Drop(artifact.Id, model, "its content is not what was written");
                    return null;
                }

                Trust(model);
            }

            return model;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(artifact.Id, fault.Message);
            return null;
        }
    }

    /// <summary>Whether a prepared model is still to be opened.</summary>
    public bool IsUsable(PreparedModel model) => !IsGivenUp(model.Folder) && Directory.Exists(model.Folder);

    /// <summary>This process has written the model, or read it.</summary>
    public void Trust(PreparedModel model) => _checked.AddOrUpdate(model.Folder, model.ContentDigest);

    /// <summary>A prepared model could not be opened. It is removed where it is not what was written; else it is tried again some times.</summary>
    public void OnNotOpened(string modelId, PreparedModel model, string reason)
    {
        if (!IsIntact(model))
        {
            Drop(modelId, model, reason);
            return;
        }

        LogNotOpened(modelId, reason);
        Interlocked.Increment(ref _failures.GetOrAdd(model.Folder, static _ => new()).Value);
    }

    /// <summary>Removes a prepared model that cannot be opened, or is not what was written. The original serves, and may be prepared anew.</summary>
    public void Drop(string modelId, PreparedModel model, string reason)
    {
        LogDropped(modelId, reason);
        Remove(model.Folder);
    }

    /// <summary>
    /// Removes the prepared form of a model on which a silo ended, and remembers beside the content that it is never made again. The original serves.
    /// </summary>
    public void GiveUp(ModelArtifact artifact, string file)
    {
        if (artifact.Contents is not { } contents || FindFolder(contents, file) is not { } folder)
        {
            return;
        }

        LogDropped(artifact.Id, EndedASilo);
        _failures.AddOrUpdate(folder, new(MostFailures));
        try
        {
            // Before it is removed: who ends in the middle has not removed what may then be made again.
            new PreparationFailure(EndedASilo, IsHarmful: true).Write(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is given up again by the next silo that would open it, as long as it is known that one ended.
        }

        Remove(folder);
    }

    private bool IsGivenUp(string folder) => _failures.TryGet(folder, out var failures) && Volatile.Read(ref failures.Value) >= MostFailures;

    // What cannot be read just now may be.
    private static bool IsIntact(PreparedModel model)
    {
        try
        {
            return PreparedModel.TryRead(model.Folder, out var there) && there.IsIntact();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault is not (FileNotFoundException or DirectoryNotFoundException);
        }
    }

    private void Remove(string folder)
    {
        _checked.TryRemove(folder);
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is gone already, or goes with its content.
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 60, LogLevel.Warning, "The prepared form of model '{Model}' is removed ({Reason}); its original is opened.")]
    private partial void LogDropped(string model, string reason);

    [LoggerMessage(LogEvents.ExecutionIds + 66, LogLevel.Warning, "The prepared form of model '{Model}' cannot be opened now ({Reason}); its original is opened.")]
    private partial void LogNotOpened(string model, string reason);

    [LoggerMessage(LogEvents.ExecutionIds + 61, LogLevel.Warning, "The prepared form of model '{Model}' cannot be read ({Reason}); its original is opened.")]
    private partial void LogUnreadable(string model, string reason);
}
