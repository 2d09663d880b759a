using System.Net;
using System.Net.Sockets;
using System.Text;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>A service that lends credentials (STS) to who has a role, on loopback: it refuses, until it is told to give those of the S3 server.</summary>
internal sealed class Lender : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _answering;

    public Lender()
    {
        _listener.Start();
        _answering = AnswerAllAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public bool IsWilling { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _answering;
    }

    private async Task AnswerAllAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    // A question is one that came whole, which so short a one does.
    private async Task AnswerAsync(NetworkStream stream)
    {
        var question = new byte[64 << 10];
        for (var read = 0; !Encoding.UTF8.GetString(question, 0, read).Contains("Action=", StringComparison.Ordinal);)
        {
            if (await stream.ReadAsync(question.AsMemory(read)) is not (> 0 and var count))
            {
                return;
            }

            read += count;
        }

        var body = IsWilling ? Loan() : "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>hidden words</Message></Error></ErrorResponse>";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {(IsWilling ? "200 OK" : "403 Forbidden")}\r\nContent-Type: text/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
    }

    private static string Loan()
    {
        var credentials =
            $"<Credentials><AccessKeyId>{S3Server.AccessKey}</AccessKeyId><SecretAccessKey>{Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY")}</SecretAccessKey>"
            + "<SessionToken>hiddentoken</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>";
        return "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult>"
            + $"{credentials}</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    }
}
