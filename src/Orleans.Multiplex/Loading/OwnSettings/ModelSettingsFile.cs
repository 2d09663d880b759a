using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading.OwnSettings;

/// <summary>The settings that a version brings in its file (<see cref="ModelSettings.FileName"/>).</summary>
internal static class ModelSettingsFile
{
    /// <summary>Reads them, which takes a moment and blocks.</summary>
    /// <param name="artifact">The version's files.</param>
    /// <param name="folder">Where the version lies in the store, for who has to mend the file.</param>
    /// <exception cref="ModelLoadFailedException">The file is at fault, with all that is wrong with it.</exception>
    public static ModelSettings Read(ModelArtifact artifact, string folder)
    {
        if (!artifact.Files.Contains(ModelSettings.FileName))
        {
            return ModelSettings.None;
        }

        var (settings, faults) = ModelSettingsReader.Read(ReadBytes(artifact.GetPath(ModelSettings.FileName)));
        return settings ?? throw new ModelLoadFailedException(
            artifact.Id, $"its settings in {StoreLayout.Below(folder, ModelSettings.FileName)} are wrong: {string.Join(' ', faults)}");
    }

    // No more than shows that it is too large.
    private static byte[] ReadBytes(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, ModelSettingsReader.MaxBytes + 1)];
        file.ReadExactly(bytes);
        return bytes;
    }
}
