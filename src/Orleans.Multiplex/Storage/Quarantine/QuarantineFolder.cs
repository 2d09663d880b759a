using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>
/// What this machine keeps of quarantined versions, for all its silos: a file for each entry, whose name says whether it holds. That it was
/// cleared is kept too, so that it stays so when all silos start anew, those among them that missed it.
/// </summary>
/// <remarks>One that holds and was cleared has both files for a moment, and then it was cleared: so silos need not wait for each other.</remarks>
internal sealed partial class QuarantineFolder(CacheFolder folder, ILogger logger)
{
    private const string Holds = "json";
    private const string Cleared = "cleared";

    private readonly ILogger _logger = logger;

    /// <summary>All entries.</summary>
    public List<QuarantineEntry> Read() => Read("*");

    /// <summary>The entries of one version.</summary>
    public List<QuarantineEntry> ReadOf(string key) => Read($"{key}.*");

    /// <summary>Keeps an entry as it now is. Whole or not at all: false where it cannot be kept.</summary>
    public bool Write(QuarantineEntry entry)
    {
        try
        {
            var temporary = Path.Combine(folder.Quarantine, $"{CacheFolder.NewName()}.tmp");
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(entry with { IsCleared = false }));
            File.Move(temporary, GetPath(entry, entry.IsCleared), overwrite: true);
            if (entry.IsCleared)
            {
                File.Delete(GetPath(entry, isCleared: false));
            }

            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotKept(entry.Model.ToString(), fault.Message);
            return false;
        }
    }

    /// <summary>Removes an entry that is of no use any more.</summary>
    public void Remove(QuarantineEntry entry)
    {
        try
        {
            File.Delete(GetPath(entry, isCleared: false));
            File.Delete(GetPath(entry, isCleared: true));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotKept(entry.Model.ToString(), fault.Message);
        }
    }

    private string GetPath(QuarantineEntry entry, bool isCleared) =>
        Path.Combine(folder.Quarantine, $"{entry.Mark.Key}.{entry.Mark.Id}.{(isCleared ? Cleared : Holds)}");

    private List<QuarantineEntry> Read(string name)
    {
        var entries = new Dictionary<string, QuarantineEntry>(StringComparer.Ordinal);
        foreach (var isCleared in (bool[])[false, true])
        {
            foreach (var entry in Find($"{name}.{(isCleared ? Cleared : Holds)}").Select(TryRead).OfType<QuarantineEntry>())
            {
                entries[entry.Mark.Id] = entry with { IsCleared = isCleared };
            }
        }

        return [.. entries.Values];
    }

    private string[] Find(string pattern)
    {
        try
        {
            return Directory.GetFiles(folder.Quarantine, pattern);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotRead(fault.Message);
            return [];
        }
    }

    // Of what lies there a name is made and told to operators: it is believed only where it is one.
    private QuarantineEntry? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<QuarantineEntry>(File.ReadAllBytes(path)) is { Mark: { Id: not null, Key: not null, Silo: not null, Version: > 0, Model: { } model } } entry
                && ModelKey.TryParse(model, out var parsed, out _) && parsed.Version is null && Path.GetFileNameWithoutExtension(path) == $"{entry.Mark.Key}.{entry.Mark.Id}" ? entry : null;
        }
        catch (FileNotFoundException)
        {
            // It was cleared meanwhile.
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            LogNotRead(fault.Message);
            return null;
        }
    }

    [LoggerMessage(LogEvents.StorageIds + 43, LogLevel.Warning, "What is known of the quarantine of model '{Model}' cannot be kept on this machine: {Fault}")]
    private partial void LogNotKept(string model, string fault);

    [LoggerMessage(LogEvents.StorageIds + 44, LogLevel.Warning, "What this machine keeps of quarantined models cannot be read: {Fault}")]
    private partial void LogNotRead(string fault);
}
