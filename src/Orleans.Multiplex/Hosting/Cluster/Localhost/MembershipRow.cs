namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>A silo's row and the tag which an update of it must name.</summary>
internal sealed record MembershipRow(MembershipEntry Entry, string Etag);
