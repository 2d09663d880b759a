using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.BucketModels;

/// <summary>Translates by word lists out of the store, of which a silo holds three at a time.</summary>
[Multiplexed(MaxModelsPerSilo = 3, Source = ModelSource.Store)]
public sealed class TranslatorGrain : MultiplexedGrain<WordList>, ITranslatorGrain
{
    /// <inheritdoc/>
    public async Task<Translation> TranslateAsync(string text, CancellationToken cancellationToken = default) =>
        new(MultiplexContext.ModelId, await RunAsync(model => model.Translate(text)));

    /// <inheritdoc/>
    protected override Task<WordList> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return WordList.ReadAsync(artifact.GetPath("words.txt"), cancellationToken);
    }
}
