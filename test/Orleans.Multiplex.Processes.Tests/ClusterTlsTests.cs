using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>Silos that talk to each other by TLS, and only to who has a certificate of their authority.</summary>
public sealed class ClusterTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-tls-");
    private readonly X509Certificate2 _authority = CreateAuthority("CN=cluster");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Infer_SilosWithTls_AnswerAndTakeNobodyWithoutTheirAuthority()
    {
        await using var cluster = await ProcessCluster.StartAsync(silos: 2, ProcessCluster.Silo, [.. Settings(), "--Multiplex:MaxModelsPerSilo=8"]);
        using var http = cluster.Front.CreateClient();
        await cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        for (var i = 1; i <= 4; i++)
        {
            cluster.AddModel(i);
            var (status, added, _) = await ProcessCluster.InferAsync(http, i);
            Assert.Equal((HttpStatusCode.OK, (double?)i), (status, added));
        }

        using var stranger = CreateAuthority("CN=cluster");
        using var own = Sign(_authority);
        using var foreign = Sign(stranger);
        var sdk = (await ConnectAsync(cluster, own)).Services.GetRequiredService<IMultiplexClient>();
        var answer = await sdk.InferAsync("1", [Tensor.Create("x", [1f, 2, 3, 4], 1, 4)], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2f, answer.Outputs.OfType<Tensor>().Single().AsSpan<float>()[0]);
        foreach (var port in new[] { cluster.Silos[0].GatewayPort, cluster.Silos[0].SiloPort })
        {
            await AssertLetInAsync(port, own);
            await AssertTurnedAwayAsync(port, stream => HandshakeAsync(stream, [foreign]));
            await AssertTurnedAwayAsync(port, stream => HandshakeAsync(stream, []));
            await AssertTurnedAwayAsync(port, static async stream =>
            {
                await stream.WriteAsync(new byte[100]);
                return stream;
            });
        }
    }

    [Fact]
    public async Task Start_CertificateOfAnotherAuthority_IsRefusedWithTheReason()
    {
        var settings = Settings();
        using var stranger = CreateAuthority("CN=stranger");
        await File.WriteAllTextAsync(PathOf("authority.pem"), stranger.ExportCertificatePem(), TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => HostProcess.StartAsync(ProcessCluster.Silo, "silo", settings));

        Assert.Contains($"Multiplex:Cluster:Tls:Certificate is '{PathOf("own.pem")}' (CN=silo, valid from", fault.Message, StringComparison.Ordinal);
        Assert.Contains("it must be valid now and signed by CN=stranger, which is Multiplex:Cluster:Tls:Authority.", fault.Message, StringComparison.Ordinal);
    }

    private string[] Settings()
    {
        using var own = Sign(_authority);
        File.WriteAllText(PathOf("authority.pem"), _authority.ExportCertificatePem());
        File.WriteAllText(PathOf("own.pem"), own.ExportCertificatePem());
        File.WriteAllText(PathOf("own.key"), own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return
        [
            $"--Multiplex:Cluster:Tls:Authority={PathOf("authority.pem")}",
            $"--Multiplex:Cluster:Tls:Certificate={PathOf("own.pem")}",
            $"--Multiplex:Cluster:Tls:Key={PathOf("own.key")}",
        ];
    }

    // Trusts any silo: whether it is let in is the silos' word.
    private static Task<IHost> ConnectAsync(ProcessCluster cluster, X509Certificate2 certificate) => cluster.ConnectAsync(
        client => client.UseTls(tls =>
        {
            tls.LocalCertificate = certificate;
            tls.RemoteCertificateValidation = static (silo, _, _) => silo.Issuer == "CN=cluster";
            tls.OnAuthenticateAsClient = static (_, connection) => connection.TargetHost = "any";
        }),
        cluster.Silos);

    // Others hear nothing and lose the connection.
    private static async Task AssertTurnedAwayAsync(int port, Func<NetworkStream, Task<Stream>> beginAsync)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await using var stream = await beginAsync(client.GetStream());
            Assert.Equal(0, await stream.ReadAsync(new byte[1], patience.Token));
        }
        catch (IOException)
        {
            // Reset, or told by TLS.
        }
    }

    private static async Task AssertLetInAsync(int port, X509Certificate2 certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = await HandshakeAsync(client.GetStream(), [certificate]);
        using var moment = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await stream.ReadExactlyAsync(new byte[1], moment.Token);
        }
        catch (OperationCanceledException)
        {
            // The connection stays; it is not said of both ports who speaks first.
        }
    }

    private static async Task<Stream> HandshakeAsync(NetworkStream connection, X509CertificateCollection certificates)
    {
        var stream = new SslStream(connection);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "any",
            ClientCertificates = certificates,
            RemoteCertificateValidationCallback = static (_, silo, _, _) => silo?.Issuer == "CN=cluster",
        });
        return stream;
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private static X509Certificate2 CreateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(From, From.AddDays(2));
    }

    private static X509Certificate2 Sign(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=silo", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(authority, From, From.AddDays(1), RandomNumberGenerator.GetBytes(16));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }

    private static DateTimeOffset From { get; } = TimeProvider.System.GetUtcNow().AddHours(-1);
}
