using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>What is written down of a version: before its fetch as a plan, with empty digests, and after it as a record.</summary>
/// <param name="Store">The store, for who looks into the folder.</param>
/// <param name="Model">The model, for the same.</param>
/// <param name="Files">Its files.</param>
internal sealed record VersionRecord(string Store, string Model, ImmutableArray<RecordedFile> Files)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    [JsonIgnore]
    public long Bytes => Files.Sum(static file => file.Length);

    /// <summary>The digest of each file by its name.</summary>
    [JsonIgnore]
    public ImmutableDictionary<string, string> Digests => Files.ToImmutableDictionary(static file => file.Name, static file => file.Digest, StringComparer.Ordinal);

    public static VersionRecord Plan(string store, ModelManifest manifest) =>
        new(store, manifest.Key.ToString(), [.. manifest.Files.Select(static file => new RecordedFile(file.Name, file.Length, ""))]);

    /// <summary>Reads a record or a plan; null when the file is neither, or is gone.</summary>
    /// <exception cref="IOException">It cannot be read now, which says nothing of it.</exception>
    public static VersionRecord? TryRead(string path)
    {
        try
        {
            var record = JsonSerializer.Deserialize<VersionRecord>(File.ReadAllBytes(path), Json);
            return record is { Files.IsDefault: false }
                && record.Files.All(static file => file is { Length: >= 0 } && (file.Digest.Length == 0 || FileDigest.Is(file.Digest)))
                && FileNames.FindFault(record.Files.Select(static file => file.Name)) is null ? record : null;
        }
        catch (Exception fault) when (fault is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, Json));
}
