using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>Calls whose bytes are made by hand, which a gRPC client would not send.</summary>
internal static class WireCalls
{
    /// <summary>A message as it goes: behind a mark that says whether it is compressed, and its length.</summary>
    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>Sends bytes to a method of a service, by its full name; returns what came back, the status of the call and its text.</summary>
    public static async Task<(byte[] Body, StatusCode Status, string Detail)> SendAsync(this GrpcHost host, string method, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/{method}", UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await host.Http.Http.SendAsync(request, HttpHost.Cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(HttpHost.Cancellation);
        response.EnsureSuccessStatusCode();
        HttpHeaders trailers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        var status = Enum.Parse<StatusCode>(trailers.GetValues("grpc-status").Single());
        var detail = trailers.TryGetValues("grpc-message", out var message) ? Uri.UnescapeDataString(message.Single()) : "";
        return (answer, status, detail);
    }
}
