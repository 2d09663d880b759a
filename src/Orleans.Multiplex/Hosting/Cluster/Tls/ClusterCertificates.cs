using System.Security.Cryptography.X509Certificates;

namespace Orleans.Multiplex.Hosting.Cluster.Tls;

/// <summary>The certificates of a cluster, and who belongs to it.</summary>
internal static class ClusterCertificates
{
    public static X509Certificate2 ReadAuthority(ClusterTlsOptions options) => X509CertificateLoader.LoadCertificateFromFile(options.Authority!);

    public static X509Certificate2 ReadOwn(ClusterTlsOptions options)
    {
        using var read = X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key!);

        // A key that lies in memory alone is none to the TLS of Windows.
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
    }

    /// <summary>
    /// Whether the authority has signed it and it is valid now. Not by name, since silos have addresses that come and go; nor asked of a list of those that were taken back: an
    /// authority of one cluster seldom has one.
    /// </summary>
    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
