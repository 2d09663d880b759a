using System.Text.Json;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>That a model cannot be prepared, as it is remembered beside where its prepared form would lie.</summary>
/// <param name="Reason">Why, as the end of a sentence that names the model.</param>
/// <param name="IsHarmful">See <see cref="PreparationOutcome"/>.</param>
/// <param name="LimitBytes">See <see cref="PreparationOutcome"/>.</param>
internal sealed record PreparationFailure(string Reason, bool IsHarmful, long? LimitBytes = null)
{
    /// <summary>Whether another try that may take so much memory would come to the same.</summary>
    public bool HoldsFor(long limitBytes) => LimitBytes is not { } limit || limitBytes <= limit;

    /// <summary>The failure of what would lie in a folder; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read now.</exception>
    public static PreparationFailure? Find(string folder)
    {
        try
        {
            return File.Exists(PathOf(folder)) ? JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(folder)), PreparedJson.Default.PreparationFailure) : null;
        }
        catch (JsonException)
        {
            // Cut off by a crash: it is found out again.
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string folder) => File.WriteAllBytes(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(this, PreparedJson.Default.PreparationFailure));

    private static string PathOf(string folder) => $"{folder}.failed";
}
