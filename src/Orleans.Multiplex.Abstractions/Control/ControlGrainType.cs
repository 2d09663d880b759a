namespace Orleans.Multiplex;

/// <summary>The class of the grain behind <see cref="IModelControlGrain"/>, for callers that have to name it before the cluster tells of it.</summary>
internal static class ControlGrainType
{
    public const string Name = "multiplex.model-control";
}
