using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>Why a model cannot be pinned.</summary>
/// <param name="Silo">The silo on which the fewest pins are in the way; empty when none is large enough for the model at all.</param>
/// <param name="InTheWay">Those pins.</param>
internal sealed record PinShortage(string Silo, ImmutableArray<string> InTheWay);
