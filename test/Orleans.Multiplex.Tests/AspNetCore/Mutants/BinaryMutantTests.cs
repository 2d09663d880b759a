using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>As <see cref="JsonMutantTests"/>, for bodies with raw bytes, their header and their compression.</summary>
[Collection(Alone.Name)]
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
public sealed class BinaryMutantTests
{
    private static readonly (string Json, string Blobs)[] Requests =
    [
        ($$$"""{"id":"b1","inputs":[{{{Announce("X", "FP32", "2,4", "32")}}}],"parameters":{"binary_data_output":true}}""",
            "3333a340000060403333b33fcdcc4c3e6666d640000040406666a64033331340"),
        ($$$"""{"inputs":[{{{Announce("T", "BYTES", "3", "16")}}},{"name":"n","shape":[1],"datatype":"INT64","data":[1]},{{{Announce("b", "BOOL", "2", "2")}}}],"outputs":[{"name":"T"},{"name":"b","parameters":{"binary_data":true}}]}""",
            "02000000616202000000c3a9000000000001"),
        ($$$"""{"inputs":[{{{Announce("h", "FP16", "2", "4")}}},{{{Announce("i", "INT4", "3", "2")}}},{{{Announce("e", "FP64", "0,9", "0")}}}],"outputs":[{"name":"i","parameters":{"binary_data":true}}]}""",
            "003c007c2103"),
    ];

    private static readonly string[] Lengths = ["-1", "0", "1", "x", "100000", "9223372036854775807", ""];

    // Models whose one input is the whole body, and such bodies.
    private static readonly (ValueSpec Input, string Body)[] RawModels =
    [
        (Input(TensorType.Float32, -1, 4), "0000803f000000400000404000008040"),
        (Input(TensorType.String, -1, 1), "ff616263c3a9"),
        (Input(TensorType.Bool, 2, -1), "00010001"),
        (Input(TensorType.Int4, -1, 2), "7f8021"),
        (Input(TensorType.Float64), "000000000000f03f"),
        (Input(TensorType.Int64, -1, -1), "01000000000000000200000000000000"),
    ];

    [Fact]
    public Task Infer_MutatedBinaryRequests_AreAnsweredOrRefusedAndNeverFail() => InferAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Infer_AMillionMutatedBinaryRequests_AreAnsweredOrRefusedAndNeverFail() => InferAsync(MutantRun.Million);

    [Fact]
    public Task Infer_MutatedRawRequests_AreAnsweredOrRefusedAndNeverFail() => InferRawAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Infer_AMillionMutatedRawRequests_AreAnsweredOrRefusedAndNeverFail() => InferRawAsync(MutantRun.Million);

    private static async Task InferAsync(int count)
    {
        await using var host = await HttpHost.StartAsync(logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var (json, blobs) = Requests[random.Next(Requests.Length)];
            return await SendAsync(host, "iris", random, json, Convert.FromHexString(blobs));
        });
        host.Check(outcomes, count);
    }

    private static async Task InferRawAsync(int count)
    {
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient
            {
                OnDescribe = static model => FakeMultiplexClient.Describe(model) with
                {
                    Signature = new ModelSignature("onnx_onnxv1", [RawModels[int.Parse(model, CultureInfo.InvariantCulture)].Input], []),
                },
            },
            logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var model = random.Next(RawModels.Length);
            return await SendAsync(host, $"{model}", random, "", Convert.FromHexString(RawModels[model].Body));
        });
        host.Check(outcomes, count);
    }

    private static async Task<string> SendAsync(HttpHost host, string model, Random random, string json, byte[] blobs)
    {
        var (body, length, chunked, encoding) = Mutate(random, json, blobs);
        var reply = await host.SendBytesAsync(body, length, chunked, encoding, model);
        Assert.True(IsFine(reply), $"{reply.Status} {reply.Text} for {length}, {encoding}, {Convert.ToHexString(body)}");
        return $"{reply.Status}";
    }

    private static bool IsFine(Reply reply)
    {
        if (reply.Status != HttpStatusCode.OK)
        {
            return (int)reply.Status is >= 400 and < 500 && reply.Error.Length > 0;
        }

        var json = reply.Headers.TryGetValue(LengthHeader, out var length)
            ? JsonDocument.Parse(reply.Bytes[..int.Parse(length, CultureInfo.InvariantCulture)]).RootElement
            : reply.Json;
        return json.TryGetProperty("outputs", out _);
    }

    private static (byte[] Body, string? Length, bool Chunked, string? Encoding) Mutate(Random random, string json, byte[] blobs)
    {
        byte[] valid = [.. Encoding.UTF8.GetBytes(json), .. blobs];
        var encoding = random.Next(4) == 0 ? "gzip" : null;
        var body = random.Next(5) switch
        {
            // The bytes alone: the JSON is whole.
            0 => [.. valid[..json.Length], .. Mutation.Json.Of(valid.AsSpan(json.Length), random)],

            // The header alone, or what is compressed.
            1 => valid,
            _ => Mutation.Json.Of(valid, random),
        };
        var length = random.Next(8) switch
        {
            0 => Lengths[random.Next(Lengths.Length)],
            1 => $"{Math.Max(0, json.Length + random.Next(-3, 4))}",
            2 => null,
            _ => $"{json.Length + Math.Max(0, random.Next(-2, 1)) + (body.Length - valid.Length == 0 || random.Next(2) == 0 ? 0 : body.Length - valid.Length)}",
        };
        if (encoding is not null)
        {
            body = Compress(body);
            body = random.Next(2) == 0 ? body : Mutation.Json.Of(body, random);
        }

        return (body, length, random.Next(3) == 0, encoding);
    }

    private static ValueSpec Input(TensorType type, params long[] shape) => new("x", ValueKind.Tensor, type, [.. shape], IsOptional: false);

    private static byte[] Compress(byte[] body)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return compressed.ToArray();
    }
}
