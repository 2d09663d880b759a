using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class BinaryTests
{
    private const string GoldenJson =
        """{"id":"b1","inputs":[{"name":"X","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"parameters":{"binary_data_output":true}}""";

    private static readonly float[] GoldenInput = [5.1f, 3.5f, 1.4f, 0.2f, 6.7f, 3.0f, 5.2f, 2.3f];
    private static readonly byte[] GoldenBytes = Convert.FromHexString("3333a340000060403333b33fcdcc4c3e6666d640000040406666a64033331340");
    private static readonly byte[] GoldenText = Convert.FromHexString("02000000616202000000c3a900000000");

    private static readonly FakeMultiplexClient.Infer Golden = static (_, _, _, _) =>
        Task.FromResult(new InferenceResponse { Version = 2, Outputs = [Tensor.Create("label", [0L, 2L])], Silo = "silo-1", IsCold = false, Timings = default });

    public static TheoryData<TensorType> AllTypes => [.. Enum.GetValues<TensorType>()];

    [Fact]
    public async Task Infer_GoldenPair_IsReadAndAnsweredWhereverTheBytesAreSplit()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnInfer = Golden });
        byte[] request =
        [
            .. Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"POST /v2/models/iris/infer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n{LengthHeader}: {GoldenJson.Length}\r\nContent-Length: {GoldenJson.Length + GoldenBytes.Length}\r\n\r\n{GoldenJson}")),
            .. GoldenBytes,
        ];
        Assert.Equal((145, 32), (GoldenJson.Length, GoldenBytes.Length));

        for (var at = 1; at < request.Length; at++)
        {
            CheckGolden(host, await host.ExchangeAsync(request.AsMemory(0, at), request.AsMemory(at)));
        }

        CheckGolden(host, await host.ExchangeAsync(request.Select(static value => (ReadOnlyMemory<byte>)new[] { value })));
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_TextWithBinaryData_IsReadAndWrittenByteForByte(bool chunked)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.InferBinaryAsync(
            $$$"""{"inputs":[{{{Announce("T", "BYTES", "3", "16")}}}],"outputs":[{"name":"T","parameters":{"binary_data":true}}]}""", GoldenText, chunked: chunked);

        Assert.Equal(["ab", "é", ""], ((Tensor)host.Fake.Last!.Value.Inputs.Single()).ToStringArray());
        var (json, blobs) = reply.SplitBinary();
        Assert.Equal(16, json.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(GoldenText, blobs.ToArray());
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public async Task Infer_EveryDatatype_GoesBinaryInAndOut(TensorType type)
    {
        await using var host = await HttpHost.StartAsync();
        var data = type switch
        {
            TensorType.Bool => [1, 0, 1],
            TensorType.String => [1, 0, 0, 0, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0, 0x80],
            _ => Enumerable.Repeat((byte)0xFF, (int)type.GetByteLength(3)).ToArray(), // not finite in every type of float
        };

        var reply = await host.InferBinaryAsync(
            $$"""{"parameters":{"binary_data_output":true},"inputs":[{{Announce(new Tensor("X", type, [3], data))}}]}""", data);

        var (json, blobs) = reply.SplitBinary();
        Assert.Equal(data, blobs.ToArray());
        Assert.Equal(
            $$$"""{"name":"X","datatype":"{{{type.GetProtocolName()}}}","shape":[3],"parameters":{"binary_data_size":{{{data.Length}}}}}""",
            json.GetProperty("outputs")[0].GetRawText());
        Assert.Equal(type, ((Tensor)host.Fake.Last!.Value.Inputs.Single()).Type);
    }

    [Fact]
    public async Task Infer_JsonAndBinaryInputsMixed_KeepTheirOrder()
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.InferBinaryAsync(
            $$"""
            {"inputs":[{{Announce("a", "UINT8", "1", "1")}},{"name":"b","datatype":"INT64","shape":[1],"data":[2]},
            {{Announce("c", "FP64", "1", "8")}},{"name":"d","datatype":"BYTES","shape":[1],"data":["x"]},{{Announce("e", "UINT8", "2", "2")}},
            {"name":"f","datatype":"BOOL","shape":[],"data":[true]}]}
            """,
            [1, 0, 0, 0, 0, 0, 0, 8, 64, 5, 6]);

        Assert.Equal("1|2|3|x|5,6|True", string.Join('|', host.Fake.Last!.Value.Inputs.Cast<Tensor>().Select(Format)));
        Assert.Equal(["a", "b", "c", "d", "e", "f"], host.Fake.Last!.Value.Inputs.Select(input => input.Name));
        Assert.Equal("[3]", reply.IsOk().Json.GetProperty("outputs")[2].GetProperty("data").GetRawText());

        static string Format(Tensor tensor) => tensor.Type switch
        {
            TensorType.UInt8 => string.Join(',', tensor.ToArray<byte>()),
            TensorType.Int64 => string.Join(',', tensor.ToArray<long>()),
            TensorType.Float64 => string.Join(',', tensor.ToArray<double>()),
            TensorType.Bool => string.Join(',', tensor.ToArray<bool>()),
            _ => string.Join(',', tensor.ToStringArray()),
        };
    }

    [Theory]
    [InlineData(null, "true", "false", "a")]
    [InlineData("true", null, "false", "a")]
    [InlineData("false", "true", "true", "ab")]
    [InlineData("true", null, null, "ab")]
    [InlineData("true", "false", "false", "")]
    [InlineData(null, null, null, "")]
    public async Task Infer_OutputsAskedForInEitherForm_EachComesAsItsOwnParameterOrElseTheRequestsSays(string? all, string? a, string? b, string binary)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (_, _, _, _) => Task.FromResult(FakeMultiplexClient.Answer([Tensor.Create("a", [(byte)7]), Tensor.Create("b", [(short)-2, (short)3])])),
        });

        var reply = await host.InferAsync(
            $$"""{"inputs":[],"outputs":[{"name":"a"{{Parameter("binary_data", a)}}},{"name":"b"{{Parameter("binary_data", b)}}}]{{Parameter("binary_data_output", all)}}}""");

        var (json, blobs) = binary.Length > 0 ? reply.SplitBinary() : (reply.IsOk().Json, ReadOnlyMemory<byte>.Empty);
        var outputs = json.GetProperty("outputs");
        Assert.Equal(binary.Contains('a', StringComparison.Ordinal) ? "" : "[7]", Data(outputs[0]));
        Assert.Equal(binary.Contains('b', StringComparison.Ordinal) ? "" : "[-2,3]", Data(outputs[1]));
        Assert.Equal(
            (binary.Contains('a', StringComparison.Ordinal) ? "07" : "") + (binary.Contains('b', StringComparison.Ordinal) ? "FEFF0300" : ""),
            Convert.ToHexString(blobs.Span));

        static string Parameter(string name, string? value) => value is null ? "" : $",\"parameters\":{{\"{name}\":{value}}}";

        static string Data(JsonElement output) => output.TryGetProperty("data", out var data) ? data.GetRawText() : "";
    }

    [Fact]
    public async Task Infer_TensorsWithoutElements_GoBinaryInAndOut()
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.InferBinaryAsync(
            $$$"""{"inputs":[{{{Announce("X", "FP32", "0,3", "0")}}},{{{Announce("T", "BYTES", "0", "0")}}}],"parameters":{"binary_data_output":true}}""", []);

        var (json, blobs) = reply.SplitBinary();
        Assert.Equal("[0,3]", json.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
        Assert.Equal(0, blobs.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_LargeTensor_ArrivesWholeAndIsChargedUntilItIsAnswered(bool chunked)
    {
        var charged = 0L;
        HttpHost? running = null;
        await using var host = running = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = (_, inputs, _, _) =>
            {
                charged = running!.InFlight.Charged;
                return Task.FromResult(FakeMultiplexClient.Answer(inputs));
            },
        });
        var values = Enumerable.Range(0, 1_000_003).ToArray();
        var tensor = Tensor.Create("X", values);

        var reply = await host.InferBinaryAsync(
            $$$"""{"inputs":[{{{Announce(tensor)}}}],"parameters":{"binary_data_output":true}}""", tensor.Data.ToArray(), chunked: chunked);

        Assert.Equal(tensor.Data.ToArray(), reply.SplitBinary().Blobs.ToArray());
        Assert.InRange(charged, tensor.Data.Length, tensor.Data.Length + 1000);

        // Given back a moment after its last part has left.
        while (host.InFlight.Charged > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, HttpHost.Cancellation);
        }
    }

    private static void CheckGolden(HttpHost host, byte[] answer)
    {
        Assert.Equal(GoldenInput, ((Tensor)host.Fake.Last!.Value.Inputs.Single()).ToArray<float>());
        Assert.Equal([2L, 4L], ((Tensor)host.Fake.Last!.Value.Inputs.Single()).Shape);

        var text = Encoding.Latin1.GetString(answer);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var headers = text[..end].Split("\r\n").Skip(1).Where(static line => line.Length > 0)
            .ToDictionary(static line => line.Split(": ")[0], static line => line.Split(": ")[1], StringComparer.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 200", text, StringComparison.Ordinal);
        Assert.Equal("application/octet-stream", headers["Content-Type"]);
        Assert.Equal(answer.Length - end, int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture));
        var length = int.Parse(headers[LengthHeader], CultureInfo.InvariantCulture);
        Assert.Equal(
            """{"model_name":"iris","model_version":"2","id":"b1","outputs":[{"name":"label","datatype":"INT64","shape":[2],"parameters":{"binary_data_size":16}}]}""",
            text[end..(end + length)]);
        Assert.Equal("00000000000000000200000000000000", Convert.ToHexString(answer.AsSpan(end + length)));
    }
}
