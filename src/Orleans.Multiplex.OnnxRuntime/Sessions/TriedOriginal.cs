using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>What is known of an original that was tried.</summary>
/// <param name="Memory">What it took; null where that could not be measured.</param>
/// <param name="IsInPlace">Whether it was opened in place; else it was opened as a whole, and is to be.</param>
internal sealed record TriedOriginal(ModelMemory? Memory, bool IsInPlace);
