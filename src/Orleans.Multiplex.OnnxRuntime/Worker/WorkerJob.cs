using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>A line that the worker reads.</summary>
/// <param name="Id">A number that its answers carry.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Path">The model's file.</param>
/// <param name="Others">The other files of its version, by their names relative to its folder.</param>
/// <param name="Folder">The folder to make; of a preparation.</param>
/// <param name="RunSeconds">How long a single run may take; of a preparation.</param>
/// <param name="IsWhole">Whether to open it as a whole in any case; of a check.</param>
internal sealed record WorkerJob(
    int Id, JobKind Kind, string Path = "", ImmutableArray<string> Others = default, string? Folder = null, double? RunSeconds = null, bool IsWhole = false)
{
    /// <summary>The files of the version.</summary>
    [JsonIgnore]
    public ModelFiles Files => new(Path, Others.IsDefault ? [] : Others);
}
