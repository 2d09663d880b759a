using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Orleans.Multiplex.Hosting.Cluster.Tls;

/// <summary>Puts TLS on the connections of a silo, when the settings have it.</summary>
internal sealed class ClusterTls(IOptions<ClusterTlsOptions> options) : IConfigureOptions<SiloConnectionOptions>, IDisposable
{
    // Certificates have no names that are checked, but TLS wants one asked for.
    private const string AskedFor = "orleans-multiplex";

    private readonly List<X509Certificate2> _certificates = [];

    public void Configure(SiloConnectionOptions connections)
    {
        if (!options.Value.IsOn)
        {
            return;
        }

        var tls = Create();
        connections.ConfigureSiloInboundConnection(connection => connection.UseServerTls(tls));
        connections.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(tls));
        connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(tls));
    }

    public void Dispose() => _certificates.ForEach(static certificate => certificate.Dispose());

    private TlsOptions Create()
    {
        var own = ClusterCertificates.ReadOwn(options.Value);
        var authority = ClusterCertificates.ReadAuthority(options.Value);
        _certificates.AddRange([own, authority]);
        return new TlsOptions
        {
            LocalCertificate = own,
            RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
            ClientCertificateMode = RemoteCertificateMode.RequireCertificate,
            RemoteCertificateValidation = (certificate, _, _) => ClusterCertificates.IsSignedBy(certificate, authority),
            OnAuthenticateAsClient = static (_, client) => client.TargetHost = AskedFor,
        };
    }
}
