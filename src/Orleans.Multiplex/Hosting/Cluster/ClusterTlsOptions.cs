namespace Orleans.Multiplex;

/// <summary>
/// TLS between silos, and between Orleans clients and silos; the settings section <c>Multiplex:Cluster:Tls</c>. Without settings there is none. All three files are given or none,
/// as PEM; they are read at start.
/// </summary>
/// <remarks>
/// Both sides show a certificate, and each takes any that <see cref="Authority"/> itself has signed for TLS, by whatever name and address: the authority says who belongs to the cluster, so it
/// has to be one for this cluster alone. All silos and clients of a cluster have TLS, or none of them has.
/// </remarks>
public sealed class ClusterTlsOptions
{
    /// <summary>The settings section which these options are read from: <c>Multiplex:Cluster:Tls</c>.</summary>
    internal const string SectionName = "Multiplex:Cluster:Tls";

    /// <summary>The file of this silo's certificate, for servers and for clients (extended key usage, where it has any). Default: null, no TLS.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file of the certificate's private key, without a password. Default: null, no TLS.</summary>
    public string? Key { get; set; }

    /// <summary>The file of the certificate authority that has signed the certificates of all silos and clients. Default: null, no TLS.</summary>
    public string? Authority { get; set; }

    /// <summary>Whether there is TLS.</summary>
    internal bool IsOn => Certificate is not null;
}
