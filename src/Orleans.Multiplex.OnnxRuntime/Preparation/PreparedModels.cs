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
    private const string EndedASilo = "a silo ended while it was opening it";

    // What another process wrote is read once before it is believed, as all that lies in the cache.
    private readonly ConcurrentLru<string, bool> _checked = new(MaxRemembered);

    // What could not be removed is not opened by this process all the same.
    private readonly ConcurrentLru<string, bool> _givenUp = new(MaxRemembered);
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

            if (!_checked.TryGet(folder, out _))
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

    /// <summary>This process has written the model, or read it.</summary>
    public void Trust(PreparedModel model) => _checked.AddOrUpdate(model.Folder, true);

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
        _givenUp.AddOrUpdate(folder, true);
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

    private bool IsGivenUp(string folder) => _givenUp.TryGet(folder, out _);

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

    [LoggerMessage(LogEvents.ExecutionIds + 61, LogLevel.Warning, "The prepared form of model '{Model}' cannot be read ({Reason}); its original is opened.")]
    private partial void LogUnreadable(string model, string reason);
}
