namespace Orleans.Multiplex.Hosting;

/// <summary>Carries the role through the container.</summary>
/// <param name="Role">The role.</param>
internal sealed record SiloRoleHolder(SiloRole Role);
