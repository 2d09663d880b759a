using System.Collections.Immutable;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>A model's file, and the files from which it may take data: those of its version, in its own folder, and no others, its settings neither.</summary>
/// <param name="Path">The model's file.</param>
/// <param name="Others">The other files by their names relative to its folder, with <c>/</c> between segments.</param>
internal sealed record ModelFiles(string Path, ImmutableArray<string> Others)
{
    /// <summary>A file that stands for itself.</summary>
    public static implicit operator ModelFiles(string path) => new(path, []);

    /// <summary>The files of a version.</summary>
    /// <param name="artifact">The version.</param>
    /// <param name="name">The name of the model's file.</param>
    public static ModelFiles Of(ModelArtifact artifact, string name)
    {
        var path = artifact.GetPath(name);
        return new(path, [.. artifact.Files.Where(other => other != name && other != ModelSettings.FileName && artifact.GetPath(other) == Combine(path, other)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The folder from which ONNX Runtime may take data; null when the model needs none.</summary>
    /// <exception cref="InvalidDataException">The model asks for data that it may not have, or that are not there.</exception>
    public string? FindFolder(FileFacts facts)
    {
        foreach (var (name, bytes) in facts.External)
        {
            if (!Others.Contains(name))
            {
                throw new InvalidDataException(
                    $"a tensor in it has its data in {Wording.Quote(name)}, which is none of the other files of its version. Put it beside the model, or save "
                    + "the model with its data inside.");
            }

            var file = new FileInfo(GetPath(name));
            if (!file.Exists || file.LinkTarget is not null || file.Length < bytes)
            {
                throw new InvalidDataException(
                    $"its tensors need {bytes} bytes of {Wording.Quote(name)}, which {(file is { Exists: true, LinkTarget: null } ? $"has {file.Length}" : "is no file")}.");
            }
        }

        return facts.External.IsEmpty ? null : System.IO.Path.GetDirectoryName(Path);
    }

    /// <summary>The path of another file by its name, or of the model's by the empty one.</summary>
    public string GetPath(string name) => name.Length == 0 ? Path : Combine(Path, name);

    /// <summary>The length of all of them; what is not there has none.</summary>
    public long MeasureBytes() => Others.Select(GetPath).Append(Path).Select(static path => new FileInfo(path)).Sum(static file => file.Exists ? file.Length : 0);

    private static string Combine(string path, string name) =>
        System.IO.Path.Combine([System.IO.Path.GetDirectoryName(path)!, .. name.Split('/')]);
}
