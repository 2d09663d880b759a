using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// The file of a model, brought here to be read once, beside the cache and gone with this. The other files of its version are there by their names and
/// lengths alone, without a byte of theirs.
/// </summary>
internal sealed class UnkeptFiles : IDisposable
{
    private readonly DirectoryInfo _folder;

    private UnkeptFiles(DirectoryInfo folder, ModelManifest manifest)
    {
        _folder = folder;
        Artifact = new ModelArtifact(
            manifest.Id, manifest.Version, manifest.Files.ToImmutableDictionary(static file => file.Name, PathOf, StringComparer.Ordinal));
    }

    /// <summary>What there is to read.</summary>
    public ModelArtifact Artifact { get; }

    /// <summary>Brings the file.</summary>
    /// <exception cref="ModelChangedException">The store has another file there than the manifest says, or none.</exception>
    /// <exception cref="MultiplexException">The store is unavailable, or a name is none of a file.</exception>
    /// <exception cref="IOException">There is no place for it here.</exception>
    public static async Task<UnkeptFiles> FetchAsync(IModelStore store, ModelManifest manifest, string modelFile, CancellationToken cancellationToken)
    {
        if (FileNames.FindFault(manifest.Files.Select(static file => file.Name)) is { } fault)
        {
            throw new ModelLoadFailedException(manifest.Id, fault);
        }

        var files = new UnkeptFiles(Directory.CreateTempSubdirectory("multiplex-model-"), manifest);
        try
        {
            foreach (var file in manifest.Files)
            {
                using var handle = files.Create(file);
                if (file.Name == modelFile)
                {
                    await store.FetchAsync(manifest, file, new Target(handle), cancellationToken);
                }
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It lies in the system's folder for what nobody needs.
        }
    }

    private string PathOf(ModelFile file) => FileNames.Combine(_folder.FullName, file.Name);

    private SafeFileHandle Create(ModelFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        var handle = File.OpenHandle(PathOf(file), FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(handle, file.Length);
        return handle;
    }

    private sealed class Target(SafeFileHandle handle) : IFetchTarget
    {
        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            RandomAccess.WriteAsync(handle, bytes, offset, cancellationToken);
    }
}
