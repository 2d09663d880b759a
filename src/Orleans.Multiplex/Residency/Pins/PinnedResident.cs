namespace Orleans.Multiplex.Residency.Pins;

/// <summary>A pinned model that is resident, as its silo tells of it.</summary>
/// <param name="Pin">The pin that keeps it: <c>id</c> or <c>id@version</c>.</param>
/// <param name="ModelId">The model's id.</param>
/// <param name="Version">Its version.</param>
/// <param name="IsDefaultVersion">Whether it is the version that the plain id stands for.</param>
/// <param name="Bytes">The bytes charged for it.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PinnedResident")]
internal sealed record PinnedResident(string Pin, string ModelId, long Version, bool IsDefaultVersion, long Bytes)
{
    /// <summary>Whether it is what a pin asks for.</summary>
    public bool Answers(ModelKey pin) =>
        pin.Id == ModelId && (pin.Version is { } version ? version == Version : IsDefaultVersion);
}
