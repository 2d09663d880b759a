using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>What an original was measured to take.</summary>
/// <param name="Memory">What.</param>
/// <param name="IsInPlace">Whether it was opened in place; else it was opened whole, and is to be.</param>
internal sealed record MeasuredOriginal(ModelMemory Memory, bool IsInPlace);
