namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Marks an endpoint, in its metadata, that tells of all models and cannot leave any out: a key for some models only may not ask there.</summary>
internal sealed record WholeCluster;
