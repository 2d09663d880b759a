using Orleans.Placement;

namespace Orleans.Multiplex.Placement.Copies;

/// <inheritdoc cref="CopyPlacement"/>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class CopyPlacementAttribute() : PlacementAttribute(new CopyPlacement());
