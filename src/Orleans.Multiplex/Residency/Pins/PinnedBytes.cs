using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>The pins that keep a model, and the bytes that it takes.</summary>
internal readonly record struct PinnedBytes(ImmutableArray<string> Pins, long Bytes);
