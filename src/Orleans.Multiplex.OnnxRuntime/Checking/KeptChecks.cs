using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>
/// The results of checks: beside the content in the cache, for all silos of this machine and for later, as soon as its digest is known; in memory,
/// for this silo, by what the files look like.
/// </summary>
internal sealed partial class KeptChecks(ILogger logger)
{
    private const int MaxInMemory = 10_000;
    private const long MaxFileBytes = 64 * 1024;

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
    private readonly ConcurrentLru<string, CheckResult> _results = new(MaxInMemory);

    /// <summary>Completes when all that was to be kept on the disk is there, or will not be.</summary>
    public Task WhenWritten { get; private set; } = Task.CompletedTask;

    /// <summary>The result that there is of a model's check; null when there is none.</summary>
    /// <param name="artifact">The model.</param>
    /// <param name="name">The name of its file.</param>
    /// <param name="isWhole">Whether of the one that was tried as a whole after it had passed in place.</param>
    public CheckResult? Find(ModelArtifact artifact, string name, bool isWhole = false)
    {
        var looks = Describe(artifact, name, isWhole);
        if (looks is not null && _results.TryGet(looks, out var result))
        {
            return result;
        }

        result = artifact.Contents?.Digests is { } digests ? Read(GetPath(artifact.Contents!, digests, name, isWhole)) : null;
        if (looks is not null && result is not null)
        {
            _results.AddOrUpdate(looks, result);
        }

        return result;
    }

    /// <summary>Keeps a result. Does not wait for a digest that is being computed: it follows then.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    /// <returns>Completes when it is on the disk, or will not be.</returns>
    public Task Keep(ModelArtifact artifact, string name, CheckResult result, bool isWhole = false)
    {
        if (Describe(artifact, name, isWhole) is { } looks)
        {
            _results.AddOrUpdate(looks, result);
        }

        if (artifact.Contents is null)
        {
            return Task.CompletedTask;
        }

        var writing = Task.Run(() => WriteAsync(artifact.Contents, name, result, isWhole));
        lock (_lock)
        {
            WhenWritten = Task.WhenAll(WhenWritten, writing);
        }

        return writing;
    }

    private static string GetPath(ArtifactContents contents, ImmutableDictionary<string, string> digests, string name, bool isWhole) =>
        Path.Combine(contents.GetFolder(digests[name]), $"check-{CheckKey.Of(digests)}{(isWhole ? "-whole" : "")}.json");

    // Any of them may hold data of the model, and may have been written anew alone. Null when one is not there.
    private static string? Describe(ModelArtifact artifact, string name, bool isWhole)
    {
        var text = new StringBuilder(isWhole ? "whole " : "").Append(artifact.GetPath(name));
        foreach (var file in artifact.Files.Order(StringComparer.Ordinal).Select(file => new FileInfo(artifact.GetPath(file))))
        {
            if (!file.Exists)
            {
                return null;
            }

            text.Append(CultureInfo.InvariantCulture, $"\n{file.Length} {file.LastWriteTimeUtc.Ticks}");
        }

        return text.ToString();
    }

    private async Task WriteAsync(ArtifactContents contents, string name, CheckResult result, bool isWhole)
    {
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(result, CheckJson.Default.CheckResult);
            if (await contents.WhenKnown is not { } digests || !await contents.TryReserveAsync(bytes.Length, CancellationToken.None))
            {
                return;
            }

            // It is there whole or not at all.
            var path = GetPath(contents, digests, name, isWhole);
            var temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Guid.NewGuid():N}.tmp");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotKept(fault.Message);
        }
    }

    private CheckResult? Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MaxFileBytes }
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), CheckJson.Default.CheckResult) is { } read && Enum.IsDefined(read.Verdict) ? read : null
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            LogNotRead(fault.Message);
            return null;
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 84, LogLevel.Debug, "The result of a check could not be kept: {Fault}")]
    private partial void LogNotKept(string fault);

    [LoggerMessage(LogEvents.ExecutionIds + 85, LogLevel.Debug, "The result of a check could not be read, so the model is checked again: {Fault}")]
    private partial void LogNotRead(string fault);
}
