namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What became of preparing a model: a prepared one, or the reason why there is none, and the original goes on serving.</summary>
/// <param name="Model">The prepared model.</param>
/// <param name="Reason">Why there is none, as the end of a sentence that names the model; without local paths.</param>
/// <param name="IsFinal">Whether another try would come to the same.</param>
/// <param name="IsPutOff">Whether nothing but what came first was in the way, so that it is to be tried again by itself.</param>
/// <param name="IsHarmful">Whether it ended its process, or took too much or too long, or would: what is done to prepare it is then not to be done here.</param>
/// <param name="LimitBytes">Where it took too much memory, how much was allowed: with more it is another matter.</param>
internal sealed record PreparationOutcome(
    PreparedModel? Model, string? Reason, bool IsFinal = true, bool IsPutOff = false, bool IsHarmful = false, long? LimitBytes = null)
{
    public static PreparationOutcome Of(PreparedModel model) => new(model, null);

    /// <summary>A fault of the moment, which says nothing of the model.</summary>
    public static PreparationOutcome NotNow(string reason) => new(null, reason, IsFinal: false);

    public static PreparationOutcome Failed(string reason, bool isHarmful = false) => new(null, reason, IsHarmful: isHarmful);
}
