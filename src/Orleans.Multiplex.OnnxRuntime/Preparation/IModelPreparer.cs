using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>Prepares a model where it harms nobody.</summary>
internal interface IModelPreparer
{
    /// <summary>How much memory it may take to prepare a model.</summary>
    long GetLimitBytes(ModelFiles original);

    /// <summary>Prepares a model; see <see cref="ModelPreparation.Prepare"/>.</summary>
    Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken);
}
