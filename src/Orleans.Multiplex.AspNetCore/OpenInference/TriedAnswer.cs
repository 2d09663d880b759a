namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What came of a request that was tried.</summary>
/// <param name="Status">The status that it would have over HTTP.</param>
/// <param name="Text">The answer as JSON, or the error.</param>
/// <param name="Silo">The silo that answered; empty where none did.</param>
/// <param name="IsCold">Whether the model was loaded for it.</param>
internal sealed record TriedAnswer(int Status, string Text, string Silo, bool IsCold);
