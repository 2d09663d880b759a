using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>What is known of a model when it is opened.</summary>
/// <param name="Id">Its id, for errors.</param>
/// <param name="Signature">Its inputs and outputs.</param>
/// <param name="MakesNothing">Whether one of its nodes may make an optional without a value, which it may pass on as any output.</param>
/// <param name="Memory">What it takes, opened as it is here.</param>
internal sealed record OpenedModel(string Id, ModelSignature Signature, bool MakesNothing, ModelMemory Memory);
