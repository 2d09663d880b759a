namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>What a model answered.</summary>
/// <param name="Model">Its name, as the answer has it.</param>
/// <param name="Version">Its version.</param>
/// <param name="Id">The id of the request; null where the answer has none.</param>
/// <param name="Outputs">The outputs, in their order.</param>
internal sealed record Answer(string Model, string Version, string? Id, IReadOnlyList<Value> Outputs);
