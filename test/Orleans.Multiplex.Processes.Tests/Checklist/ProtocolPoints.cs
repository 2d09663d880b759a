using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>Points 14 to 20 of the checklist: how tensors are put on the wire.</summary>
[Collection(OneGateway.Name)]
public sealed class ProtocolPoints(ChecklistGateway gateway)
{
    // The golden pair of the protocol's binary extension.
    private const string GoldenJson =
        """{"id":"b1","inputs":[{"name":"X","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"parameters":{"binary_data_output":true}}""";

    private static readonly byte[] GoldenBytes = Convert.FromHexString("3333a340000060403333b33fcdcc4c3e6666d640000040406666a64033331340");

    private const string RowJson =
        """{"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>14: the golden pair, split at every byte of head and body across two writes to the socket. In full: BinaryTests.</summary>
    [Fact]
    public async Task Point14_GoldenPairSplitAtEveryByte_IsTheGoldenAnswer()
    {
        Assert.Equal((145, 32), (GoldenJson.Length, GoldenBytes.Length));
        byte[] request =
        [
            .. Encoding.ASCII.GetBytes(
                $"POST /v2/models/iris/infer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n{RestWire.LengthHeader}: 145\r\nContent-Length: 177\r\n\r\n{GoldenJson}"),
            .. GoldenBytes,
        ];

        for (var split = 1; split < request.Length; split++)
        {
            var reply = await ExchangeAsync(request[..split], request[split..]);
            var end = reply.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            var head = Encoding.ASCII.GetString(reply, 0, end);
            var lengthAt = head.IndexOf(RestWire.LengthHeader, StringComparison.OrdinalIgnoreCase) + RestWire.LengthHeader.Length + 2;
            var length = int.Parse(head[lengthAt..head.IndexOf('\r', lengthAt)], CultureInfo.InvariantCulture);
            var answer = RestWire.Read(reply.AsMemory(end), length);

            Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
            Assert.Equal(("iris", "2", "b1"), (answer.Model, answer.Version, answer.Id));
            Assert.Equal(("label", "INT64"), (answer.Outputs.Single().Name, answer.Outputs.Single().Datatype));
            Assert.Equal("00000000000000000200000000000000", Convert.ToHexString(reply.AsSpan(end + length)));
        }
    }

    /// <summary>15: a length of the JSON that is longer than the body, negative, or no number.</summary>
    [Theory]
    [InlineData("178")]
    [InlineData("9223372036854775807")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("")]
    public async Task Point15_WrongLengthOfTheJson_IsRefused(string length)
    {
        using var rest = (RestWire)gateway.Open(Wire.Binary);
        using var body = new ByteArrayContent([.. Encoding.ASCII.GetBytes(GoldenJson), .. GoldenBytes]);
        body.Headers.TryAddWithoutValidation(RestWire.LengthHeader, length);

        Assert.Equal(Refusal.Invalid, (await Assert.ThrowsAsync<RefusedException>(() => rest.InferAsync("iris", null, body, Token))).Refusal);
    }

    /// <summary>16: raw bytes that are fewer or more than their input asks for.</summary>
    [Theory]
    [InlineData(Wire.Binary, 15)]
    [InlineData(Wire.Binary, 0)]
    [InlineData(Wire.Binary, 17)]
    [InlineData(Wire.Raw, 15)]
    [InlineData(Wire.Raw, 0)]
    [InlineData(Wire.Raw, 17)]
    public async Task Point16_TooFewOrTooManyBytes_AreRefused(Wire wire, int size)
    {
        using var client = gateway.Open(wire);
        var sending = client switch
        {
            RestWire rest => () => rest.InferAsync("versions", null, Behind(RowJson, new byte[size]), Token),
            GrpcWire grpc => (Func<Task>)(() =>
            {
                var request = grpc.Write(new Ask("versions", Value.Of("x", new float[4], 1, 4)));
                request.RawInputContents[0] = ByteString.CopyFrom(new byte[size]);
                return GrpcWire.RunAsync(() => grpc.Service.ModelInferAsync(request, cancellationToken: Token));
            }),
            _ => throw new InvalidOperationException(),
        };

        Assert.Equal(Refusal.Invalid, (await Assert.ThrowsAsync<RefusedException>(sending)).Refusal);
    }

    /// <summary>17: compressed requests; the length of the JSON is that of what is inflated. In full: CompressionTests. gRPC says that it does not take them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Point17_CompressedRequest_IsAnswered(bool isBinary)
    {
        using var rest = (RestWire)gateway.Open(isBinary ? Wire.Binary : Wire.Json);
        var body = isBinary
            ? Behind(RowJson, Value.Of("x", [1f, 2, 3, 4]).ToBytes())
            : new ByteArrayContent("""{"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}"""u8.ToArray());
        var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await body.CopyToAsync(gzip, Token);
        }

        using var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        if (isBinary)
        {
            content.Headers.Add(RestWire.LengthHeader, $"{RowJson.Length}");
        }

        Assert.Equal((float[])[3, 4, 5, 6], (await rest.InferAsync("versions", null, content, Token)).Outputs.Single().Elements);
    }

    /// <summary>18: raw contents, one for each input, or typed contents, but never both.</summary>
    [Fact]
    public async Task Point18_RawAndTypedContents_ExcludeEachOther()
    {
        using var grpc = (GrpcWire)gateway.Open(Wire.Raw);
        var both = grpc.Write(new Ask("versions", Value.Of("x", new float[4], 1, 4)));
        both.Inputs[0].Contents = new() { Fp32Contents = { 1, 2, 3, 4 } };
        var half = grpc.Write(new Ask("pair", Value.Of("a", [1f], 1), Value.Of("b", [2f], 1)));
        half.RawInputContents.RemoveAt(1);
        half.Inputs[1].Contents = new() { Fp32Contents = { 2 } };
        var more = grpc.Write(new Ask("versions", Value.Of("x", new float[4], 1, 4)));
        more.RawInputContents.Add(ByteString.Empty);

        foreach (var request in new[] { both, half, more })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => GrpcWire.RunAsync(() => grpc.Service.ModelInferAsync(request, cancellationToken: Token)));
            Assert.Equal(Refusal.Invalid, refused.Refusal);
        }
    }

    /// <summary>19: raw in, raw out, and typed in, typed out: the clients of the other points check it of each answer.</summary>
    [Theory]
    [InlineData(Wire.Raw)]
    [InlineData(Wire.Typed)]
    public async Task Point19_Answer_HasTheFormOfTheRequest(Wire wire)
    {
        using var grpc = (GrpcWire)gateway.Open(wire);

        var answer = await grpc.Service.ModelInferAsync(grpc.Write(new Ask("classes", Value.Of("x", [1f, 0], 1, 2))), cancellationToken: Token);

        Assert.Equal(3, answer.Outputs.Count);
        Assert.Equal(wire == Wire.Raw ? 3 : 0, answer.RawOutputContents.Count);
        Assert.All(answer.Outputs, output => Assert.Equal(wire == Wire.Raw, output.Contents is null));
    }

    /// <summary>20: a message over the limit is an answer, not a reset, and the next one is answered. In full: LimitTests, RpcLimitTests.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point20_MessageOverTheLimit_IsRefusedByItsStatus(Wire wire)
    {
        using var client = gateway.Open(wire);

        for (var i = 0; i < 5; i++)
        {
            var refused = await client.RefuseAsync(new Ask("versions", Value.Of("x", new float[ChecklistGateway.MaxRequestBytes], ChecklistGateway.MaxRequestBytes / 4, 4)));
            Assert.Equal(Refusal.TooLarge, refused.Refusal);
            Assert.Equal((float[])[3, 4, 5, 6], await client.RunAsync(new Ask("versions", Value.Of("x", [1f, 2, 3, 4], 1, 4))));
        }
    }

    private static ByteArrayContent Behind(string json, byte[] bytes) =>
        new([.. Encoding.UTF8.GetBytes(json), .. bytes]) { Headers = { { RestWire.LengthHeader, $"{json.Length}" } } };

    private async Task<byte[]> ExchangeAsync(params IEnumerable<byte[]> writes)
    {
        using var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, gateway.Process.Address.Port, Token);
        await using var stream = connection.GetStream();
        foreach (var write in writes)
        {
            await stream.WriteAsync(write, Token);
        }

        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Token);
        return answer.ToArray();
    }
}
