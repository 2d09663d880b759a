using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Bodies of which the beginning comes, and then nothing.</summary>
public sealed class SlowBodyTests
{
    private const string Json = """{"inputs":[{"name":"X","datatype":"FP32","shape":[250000],"parameters":{"binary_data_size":1000000}}]}""";
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(47);

    [Theory]
    [InlineData("/v2/models/iris/infer", "")]
    [InlineData("/v2/models/iris/infer", "Inference-Header-Content-Length: 102\r\n")]
    [InlineData("/v2/models/iris/infer", "Content-Encoding: gzip\r\n")]
    [InlineData("/v2/repository/index", "")]
    public async Task Http_IsEndedAtTheTimeOfARequest(string path, string length)
    {
        Assert.Equal(102, Json.Length);
        var time = new WatchedTime();
        await using var host = await HttpHost.StartAsync(settings: Set, time: time);
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, host.Address.Port, HttpHost.Cancellation);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\n{length}Content-Length: 1000102\r\n\r\n"), HttpHost.Cancellation);
        await stream.WriteAsync(length.Contains("gzip", StringComparison.Ordinal) ? Zip(Json) : Encoding.ASCII.GetBytes(Json), HttpHost.Cancellation);

        await time.NextTimerAsync(Allowed);
        time.Advance(Allowed);

        using var reader = new StreamReader(stream, Encoding.Latin1);
        Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadLineAsync(HttpHost.Cancellation), StringComparison.Ordinal);

        // Not to the end: the server cuts the connection, as the rest of the body never comes.
        var headers = new List<string>();
        while (await reader.ReadLineAsync(HttpHost.Cancellation) is { Length: > 0 } header)
        {
            headers.Add(header);
        }

        Assert.Contains("Connection: close", headers);
        var error = new char[int.Parse(headers.Single(static header => header.StartsWith("Content-Length: ", StringComparison.Ordinal))[16..], CultureInfo.InvariantCulture)];
        await reader.ReadBlockAsync(error, HttpHost.Cancellation);
        Assert.Contains("Multiplex:RequestTimeout", new string(error), StringComparison.Ordinal);
        Assert.Equal(0, host.InFlight.Charged);
        Assert.Null(host.Fake.Last);

        // Nobody may fill the log of the server with errors.
        connection.Close();
        await host.StopAsync();
        Assert.DoesNotContain(host.Log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    /// <summary>The time of a stream's message begins with its first byte: between two messages a stream may last.</summary>
    [Theory]
    [InlineData("ModelInfer")]
    [InlineData("ModelStreamInfer")]
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "It is awaited.")]
    public async Task Rpc_WithHalfAMessage_IsEndedAtTheTimeOfARequest(string method)
    {
        var time = new WatchedTime();
        await using var host = await HttpHost.StartAsync(settings: Set, time: time, protocols: HttpProtocols.Http2);
        var rest = new TaskCompletionSource();
        var head = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), 1_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/inference.GRPCInferenceService/{method}", UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new BeginningContent(head, rest.Task) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        var sent = host.Http.SendAsync(request, HttpHost.Cancellation);

        await time.NextTimerAsync(Allowed);
        time.Advance(Allowed);

        using var response = await sent;
        var status = response.Headers.TryGetValues("grpc-status", out var early) ? early : response.TrailingHeaders.GetValues("grpc-status");
        Assert.Equal("4", status.Single());
        rest.SetResult();
        await host.StopAsync();
        Assert.Equal(0, host.InFlight.Charged);
    }

    private static byte[] Zip(string text)
    {
        var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            zip.Write(Encoding.ASCII.GetBytes(text));
        }

        return bytes.ToArray();
    }

    private static void Set(IDictionary<string, string?> settings) => settings["Multiplex:RequestTimeout"] = "00:00:47";

    /// <summary>Sends its beginning at once, which content from a stream does not: HTTP/2 connections wait for more.</summary>
    private sealed class BeginningContent(byte[] beginning, Task rest) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(beginning, HttpHost.Cancellation);
            await stream.FlushAsync(HttpHost.Cancellation);
            await rest;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
