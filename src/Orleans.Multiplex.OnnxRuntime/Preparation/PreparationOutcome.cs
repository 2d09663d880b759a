namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What became of preparing a model: a prepared one, or the reason why there is none, and the original goes on serving.</summary>
/// <param name="Model">The prepared model.</param>
/// <param name="Reason">Why there is none, as the end of a sentence that names the model; without local paths.</param>
/// <param name="IsFinal">Whether another try would come to the same.</param>
internal sealed record PreparationOutcome(PreparedModel? Model, string? Reason, bool IsFinal = true)
{
    public static PreparationOutcome Of(PreparedModel model) => new(model, null);

    public static PreparationOutcome Failed(string reason) => new(null, reason);
}
