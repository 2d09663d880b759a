namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>The right that an endpoint needs, in its metadata.</summary>
internal sealed record RequiredRight(Right Right);
