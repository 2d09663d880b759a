using System.Globalization;
using System.Text.Json.Serialization;

namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>That no silo opens a version any more, since one ended while it was opening it; or that this was so, until it was cleared.</summary>
/// <param name="Mark">The opening in which the silo ended.</param>
/// <param name="Beside">How many others were open beside it: each of them may have been the cause.</param>
/// <param name="IsCleared">Whether it holds no longer. It never holds again: should it happen once more, that is another opening.</param>
[GenerateSerializer, Immutable, Alias("multiplex.QuarantineEntry")]
internal sealed record QuarantineEntry(OpeningMark Mark, int Beside, bool IsCleared = false)
{
    /// <summary>What was being opened, each beside the others.</summary>
    public static IEnumerable<QuarantineEntry> Of(IReadOnlyCollection<OpeningMark> marks) => marks.Select(mark => new QuarantineEntry(mark, marks.Count - 1));

    /// <summary>The model and its version.</summary>
    [JsonIgnore]
    public ModelKey Model => ModelKey.Create(Mark.Model, Mark.Version);

    /// <summary>Why it is refused, and what to do.</summary>
    [JsonIgnore]
    public string Reason
    {
        get
        {
            var others = Beside switch
            {
                0 => "",
                1 => " (and one other model, which may have been the cause)",
                _ => string.Create(CultureInfo.InvariantCulture, $" (and {Beside} other models, of which one may have been the cause)"),
            };
            return string.Create(
                CultureInfo.InvariantCulture,
                $"silo '{Mark.Silo}' ended while it {(Mark.IsRun ? "ran" : "was opening")} version {Mark.Version}{(Mark.IsRun ? " for the first time" : "")}{others}, at {Mark.At.UtcDateTime:u}. It is quarantined: no silo opens it until its files change in the store, or an operator clears it with DELETE /multiplex/quarantine/{Model}.");
        }
    }

    /// <summary>Whether the model, or the version, that a key names is this one.</summary>
    public bool IsOf(ModelKey key) => key.Id == Mark.Model && (key.Version is null || key.Version == Mark.Version);

    /// <summary>What two silos know of the same opening.</summary>
    public QuarantineEntry Merge(QuarantineEntry other) => other == this ? this : this with
    {
        Beside = Math.Max(Beside, other.Beside),
        IsCleared = IsCleared || other.IsCleared,
    };
}
