namespace Orleans.Multiplex.BucketModels;

/// <summary>Translates. Its key is the model's id.</summary>
public interface ITranslatorGrain : IGrainWithStringKey
{
    /// <summary>Translates a text, word by word; what the model does not know stays as it is.</summary>
    Task<Translation> TranslateAsync(string text, CancellationToken cancellationToken = default);
}
