namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>A request to a model.</summary>
internal sealed record Ask(string Model, params Value[] Inputs)
{
    public string? Version { get; init; }

    public string? Id { get; init; }

    /// <summary>The outputs that are wanted; none for all.</summary>
    public string[] Outputs { get; init; } = [];
}
