namespace Orleans.Multiplex.Placement.Copies;

/// <summary>Places the grain of a copy on the silo that its key names.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("multiplex.CopyPlacement")]
internal sealed class CopyPlacement : PlacementStrategy;
