namespace Orleans.Multiplex.BucketModels;

/// <summary>A translation.</summary>
/// <param name="Model">The model that made it.</param>
/// <param name="Text">Its text.</param>
[GenerateSerializer, Immutable]
public sealed record Translation([property: Id(0)] string Model, [property: Id(1)] string Text);
