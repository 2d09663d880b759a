using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>A store in memory that counts its fetches, and in the middle of each does what a test says.</summary>
internal sealed class StoredFiles : IModelStore
{
    private readonly ConcurrentDictionary<(string Tag, string Name), byte[]> _contents = new();

    public string Name { get; init; } = "memory://test";

    /// <summary>The files that were asked for, as <c>model/name</c>.</summary>
    public ConcurrentQueue<string> Fetches { get; } = new();

    /// <summary>Is passed when the first half of a file has been written.</summary>
    public Func<ModelManifest, CancellationToken, Task> Halfway { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>How the two halves come: the second one first.</summary>
    public bool IsBackwards { get; set; }

    public ModelManifest Put(string id, params (string Name, string Content)[] files) => Put(id, files.ToDictionary(file => file.Name, file => Encoding.UTF8.GetBytes(file.Content)));

    public ModelManifest Put(string id, int length, int seed = 0)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return Put(id, new Dictionary<string, byte[]> { ["model.onnx"] = content });
    }

    public ModelManifest Put(string id, byte[] model) => Put(id, new Dictionary<string, byte[]> { ["model.onnx"] = model });

    public byte[] Get(ModelManifest manifest, string name = "model.onnx") => _contents[(manifest.Tag, name)];

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        Fetches.Enqueue($"{manifest.Id}/{file.Name}");
        var content = Get(manifest, file.Name);
        var half = content.Length / 2;
        await Write(first: !IsBackwards);
        await Halfway(manifest, cancellationToken);
        await Write(first: IsBackwards);

        ValueTask Write(bool first) =>
            first ? target.WriteAsync(0, content.AsMemory(0, half), cancellationToken) : target.WriteAsync(half, content.AsMemory(half), cancellationToken);
    }

    public ModelManifest Put(string id, IReadOnlyDictionary<string, byte[]> files)
    {
        var tag = string.Join('|', files.Select(file => $"{file.Key}:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(file.Value))}"));
        foreach (var (name, content) in files)
        {
            _contents[(tag, name)] = content;
        }

        return new ModelManifest(id, 1, [1], [.. files.Select(file => new ModelFile(file.Key, file.Value.Length, tag))], tag);
    }
}
