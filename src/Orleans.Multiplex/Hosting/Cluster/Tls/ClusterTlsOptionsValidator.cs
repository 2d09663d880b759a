using System.Security.Cryptography;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Hosting.Cluster.Tls;

/// <summary>Checks that the files of TLS are there and fit each other, which a connection would only say in the middle of the night.</summary>
internal sealed class ClusterTlsOptionsValidator : ISettingsValidator<ClusterTlsOptions>
{
    public static string Section => ClusterTlsOptions.SectionName;

    public IEnumerable<string> FindFaults(ClusterTlsOptions options)
    {
        (string Name, string? Path)[] files =
        [
            (nameof(options.Certificate), options.Certificate), (nameof(options.Key), options.Key), (nameof(options.Authority), options.Authority),
        ];
        if (files.All(static file => file.Path is null))
        {
            return [];
        }

        List<string> faults =
        [
            .. files.SelectMany(static file => Rules.Require(
                File.Exists(file.Path), Named(file.Name), file.Path is null ? "left out" : $"'{file.Path}'", "a file that is there, since TLS needs all three")),
        ];
        return faults.Count > 0 ? faults : FindFaultsOfContents(options);
    }

    private static IEnumerable<string> FindFaultsOfContents(ClusterTlsOptions options)
    {
        try
        {
            using var authority = ClusterCertificates.ReadAuthority(options);
            using var own = ClusterCertificates.ReadOwn(options);
            return
            [
                .. Rules.Require(
                    ClusterCertificates.IsSignedBy(own, authority),
                    Named(nameof(options.Certificate)),
                    $"'{options.Certificate}' ({own.Subject}, valid from {own.NotBefore:u} to {own.NotAfter:u})",
                    $"valid now and signed by {authority.Subject}, which is {Named(nameof(options.Authority))}"),
                .. Rules.Require(
                    ClusterCertificates.IsForBoth(own),
                    Named(nameof(options.Certificate)),
                    $"'{options.Certificate}', which is for servers or for clients alone",
                    "for both (extended key usage serverAuth and clientAuth), or not say what it is for"),
            ];
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return Rules.Require(
                false, Section, "not readable", $"PEM files of a certificate, its key without a password, and the authority's certificate ({fault.Message})");
        }
    }

    private static string Named(string key) => $"{Section}:{key}";
}
