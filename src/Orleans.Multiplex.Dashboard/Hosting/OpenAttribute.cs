namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>A page that everybody sees, since it tells nothing of the cluster.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OpenAttribute : Attribute;
