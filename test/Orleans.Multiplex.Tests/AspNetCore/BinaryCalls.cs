using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Requests and answers with raw tensor bytes behind their JSON.</summary>
internal static class BinaryCalls
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>Sends JSON with bytes behind it.</summary>
    /// <param name="host">The server.</param>
    /// <param name="json">The JSON.</param>
    /// <param name="blobs">The bytes.</param>
    /// <param name="length">The header that says the JSON's length; null for the true one.</param>
    /// <param name="chunked">Whether the length of the whole is not announced.</param>
    public static Task<Reply> InferBinaryAsync(this HttpHost host, string json, byte[] blobs, string? length = null, bool chunked = false)
    {
        var head = Encoding.UTF8.GetBytes(json);
        return host.SendBytesAsync([.. head, .. blobs], length ?? head.Length.ToString(CultureInfo.InvariantCulture), chunked);
    }

    /// <summary>Sends a body as it is.</summary>
    public static async Task<Reply> SendBytesAsync(
        this HttpHost host, byte[] body, string? length, bool chunked = false, string? encoding = null, string model = "iris")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v2/models/{model}/infer", UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.TransferEncodingChunked = chunked;
        if (length is not null)
        {
            request.Headers.TryAddWithoutValidation(LengthHeader, length);
        }

        if (encoding is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        using var response = await host.Http.SendAsync(request, HttpHost.Cancellation);
        return await Reply.ReadAsync(response);
    }

    /// <summary>The JSON of an answer and the bytes behind it, after a look at its headers.</summary>
    public static (JsonElement Json, ReadOnlyMemory<byte> Blobs) SplitBinary(this Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, $"{reply.Status}: {reply.Text}");
        Assert.Equal("application/octet-stream", reply.Headers["Content-Type"]);
        Assert.Equal(reply.Bytes.Length, int.Parse(reply.Headers["Content-Length"], CultureInfo.InvariantCulture));
        var length = int.Parse(reply.Headers[LengthHeader], CultureInfo.InvariantCulture);
        return (JsonDocument.Parse(reply.Bytes[..length]).RootElement, reply.Bytes[length..]);
    }

    /// <summary>An input that announces its bytes.</summary>
    public static string Announce(Tensor tensor) => Announce(
        tensor.Name, tensor.Type.GetProtocolName(), string.Join(',', tensor.Shape), tensor.Data.Length.ToString(CultureInfo.InvariantCulture));

    /// <summary>An input that announces its bytes.</summary>
    public static string Announce(string name, string type, string shape, string size) =>
        $$$"""{"name":{{{JsonSerializer.Serialize(name)}}},"shape":[{{{shape}}}],"datatype":"{{{type}}}","parameters":{"binary_data_size":{{{size}}}}}""";
}
