namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What became of preparing a model: a prepared one, or the reason why there is none, and the original goes on serving.</summary>
/// <param name="Model">The prepared model.</param>
/// <param name="Reason">Why there is none, as the end of a sentence that names the model; without local paths.</param>
/// <param name="IsFinal">Whether another try would come to the same.</param>
/// <param name="IsPutOff">Whether nothing but what came first was in the way, so that it is to be tried again by itself.</param>
/// <param name="WholeHeapBytes">The bytes of the heap that the original took, opened as a whole; null when it was not opened so, or not measured.</param>
internal sealed record PreparationOutcome(PreparedModel? Model, string? Reason, bool IsFinal = true, bool IsPutOff = false, long? WholeHeapBytes = null)
{
    public static PreparationOutcome Of(PreparedModel model) => new(model, null);

    public static PreparationOutcome Failed(string reason, long? wholeHeapBytes = null) => new(null, reason, WholeHeapBytes: wholeHeapBytes);
}
