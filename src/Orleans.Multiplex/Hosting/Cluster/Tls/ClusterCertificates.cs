using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Multiplex.Hosting.Cluster.Tls;

/// <summary>The certificates of a cluster, and who belongs to it.</summary>
internal static class ClusterCertificates
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    public static X509Certificate2 ReadAuthority(ClusterTlsOptions options) => X509CertificateLoader.LoadCertificateFromFile(options.Authority!);

    public static X509Certificate2 ReadOwn(ClusterTlsOptions options)
    {
        using var read = X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key!);

        // A key that lies in memory alone is none to the TLS of Windows.
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
    }

    /// <summary>Whether it is for servers and for clients both, as a silo is both; one that does not say what it is for is for all.</summary>
    public static bool IsForBoth(X509Certificate2 certificate) => FindUsages(certificate) is not { } usages || (usages.Contains(ForServers) && usages.Contains(ForClients));

    /// <summary>
    /// Whether the authority itself has signed it, for TLS, and it is valid now. Not by name, since silos have addresses that come and go; nor asked of a list of those that were taken back: an
    /// authority of one cluster seldom has one.
    /// </summary>
    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate) && (FindUsages(certificate) is not { } usages || usages.Contains(ForServers) || usages.Contains(ForClients));
    }

    private static HashSet<string>? FindUsages(X509Certificate2 certificate) => certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } usage
        ? [.. usage.EnhancedKeyUsages.Cast<Oid>().Select(static oid => oid.Value!)]
        : null;
}
