using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>As <see cref="MutantTests"/>, for bodies with raw bytes, their header and their compression.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
public sealed class BinaryMutantTests
{
    private const int Mutants = 12_000;

    private static readonly (string Json, string Blobs)[] Requests =
    [
        ($$$"""{"id":"b1","inputs":[{{{Announce("X", "FP32", "2,4", "32")}}}],"parameters":{"binary_data_output":true}}""",
            "3333a340000060403333b33fcdcc4c3e6666d640000040406666a64033331340"),
        ($$$"""{"inputs":[{{{Announce("T", "BYTES", "3", "16")}}},{"name":"n","shape":[1],"datatype":"INT64","data":[1]},{{{Announce("b", "BOOL", "2", "2")}}}],"outputs":[{"name":"T"},{"name":"b","parameters":{"binary_data":true}}]}""",
            "02000000616202000000c3a9000000000001"),
        ($$$"""{"inputs":[{{{Announce("h", "FP16", "2", "4")}}},{{{Announce("i", "INT4", "3", "2")}}},{{{Announce("e", "FP64", "0,9", "0")}}}],"outputs":[{"name":"i","parameters":{"binary_data":true}}]}""",
            "003c007c2103"),
        ("", "0000803f00000040000040400000804000000000000000000000000000000000"),
    ];

    private static readonly string[] Lengths = ["-1", "0", "1", "x", "100000", "9223372036854775807", ""];

    [Fact]
    public async Task Infer_MutatedBinaryRequests_AreAnsweredOrRefusedAndNeverFail()
    {
        await using var host = await HttpHost.StartAsync();
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        await Parallel.ForAsync(0, Mutants, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = HttpHost.Cancellation }, async (seed, token) =>
        {
            var (body, length, chunked, encoding) = Mutate(seed);
            var reply = await host.SendBytesAsync(body, length, chunked, encoding).WaitAsync(TimeSpan.FromSeconds(30), token);
            statuses.AddOrUpdate(reply.Status, 1, static (_, count) => count + 1);
            Assert.True(IsFine(reply), $"Seed {seed}: {reply.Status} {reply.Text} for {length}, {encoding}, {Convert.ToHexString(body)}");
        });

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(0, host.InFlight.Charged);
        Assert.InRange(statuses[HttpStatusCode.OK], 100, Mutants / 2);
        Assert.InRange(statuses[HttpStatusCode.BadRequest], Mutants / 2, Mutants);
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

    private static (byte[] Body, string? Length, bool Chunked, string? Encoding) Mutate(int seed)
    {
        var random = new Random(seed);
        var (json, blobs) = Requests[random.Next(Requests.Length)];
        byte[] valid = [.. Encoding.UTF8.GetBytes(json), .. Convert.FromHexString(blobs)];
        var encoding = random.Next(4) == 0 ? "gzip" : null;
        var body = random.Next(5) switch
        {
            // The bytes alone: the JSON is whole.
            0 => [.. valid[..json.Length], .. Mutation.Of(valid.AsSpan(json.Length), random)],

            // The header alone, or what is compressed.
            1 => valid,
            _ => Mutation.Of(valid, random),
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
            body = random.Next(2) == 0 ? body : Mutation.Of(body, random);
        }

        return (body, length, random.Next(3) == 0, encoding);
    }

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
