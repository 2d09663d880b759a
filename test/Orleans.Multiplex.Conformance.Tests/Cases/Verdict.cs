namespace Orleans.Multiplex.Conformance.Tests.Cases;

/// <summary>What became of one case.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Way">How it was called.</param>
/// <param name="Difference">How its outputs differ from the expected ones, or its typed error; null when they are equal.</param>
/// <param name="BareFault">Why ONNX Runtime by itself does not pass it; null when it does.</param>
internal sealed record Verdict(string Model, Way Way, string? Difference, string? BareFault)
{
    /// <summary>An error that nobody may see, whatever the model.</summary>
    public string? Breakdown { get; init; }

    public bool HasPassed => Breakdown is null && Difference is null && BareFault is null;

    /// <summary>Whether this must not be.</summary>
    public bool IsFailure => Breakdown is not null || (Difference is not null && BareFault is null);
}

/// <summary>The ways to call a model.</summary>
internal enum Way
{
    Json,
    Binary,
    GrpcRaw,

    /// <summary>For what no wire carries.</summary>
    Sdk,
}
