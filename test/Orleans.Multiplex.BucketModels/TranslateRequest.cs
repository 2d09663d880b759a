namespace Orleans.Multiplex.BucketModels;

/// <summary>What is to be translated.</summary>
/// <param name="Text">The text.</param>
public sealed record TranslateRequest(string Text);
