using System.IO.Compression;
using System.Net;
using System.Text;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Tests that measure what the whole process allocates run beside no others.</summary>
[Collection(Mutants.Alone.Name)]
public sealed class CompressionTests
{
    private static readonly string Json = $$$"""{"inputs":[{{{Announce("X", "INT32", "2", "8")}}}],"parameters":{"binary_data_output":true}}""";

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("GZip", true)]
    [InlineData("x-gzip", false)]
    [InlineData("deflate", false)]
    [InlineData("deflate", true)]
    [InlineData("identity", false)]
    public async Task Body_Compressed_IsReadAsJsonAndAsBinary(string encoding, bool chunked)
    {
        await using var host = await HttpHost.StartAsync();

        var json = await host.SendBytesAsync(
            Compress(encoding, """{"inputs":[{"name":"X","datatype":"INT32","shape":[2],"data":[1,2]}]}"""u8), null, chunked, encoding);
        var binary = await host.SendBytesAsync(
            Compress(encoding, [.. Encoding.UTF8.GetBytes(Json), 1, 0, 0, 0, 2, 0, 0, 0]), $"{Json.Length}", chunked, encoding);

        Assert.Equal("[1,2]", json.IsOk().Json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal([1, 0, 0, 0, 2, 0, 0, 0], binary.SplitBinary().Blobs.ToArray());
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Body_CompressedWithoutJson_IsTheModelsInput(string encoding)
    {
        await using var host = await HttpHost.StartAsync();
        byte[] row = [.. Enumerable.Repeat((byte)3, 16)];

        Assert.Equal(row, (await host.SendBytesAsync(Compress(encoding, row), "0", false, encoding)).SplitBinary().Blobs.ToArray());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("compress")]
    [InlineData("gzip, gzip")]
    [InlineData("gzip, br")]
    public async Task Body_CompressedOtherwise_IsRefusedWithWhatIsRead(string encoding)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = (await host.SendBytesAsync("""{"inputs":[]}"""u8.ToArray(), null, false, encoding)).IsError(HttpStatusCode.UnsupportedMediaType, "gzip");

        Assert.Equal("gzip, deflate", reply.Headers["Accept-Encoding"]);
    }

    [Theory]
    [InlineData("gzip", null, false)]
    [InlineData("deflate", null, true)]
    [InlineData("gzip", "13", false)]
    [InlineData("gzip", "0", false)]
    public async Task Body_ThatInflatesBeyondTheLimit_StopsThere(string encoding, string? length, bool chunked)
    {
        const int Limit = 1 << 20;
        await using var host = await HttpHost.StartAsync(settings: static values =>
        {
            values["Multiplex:MaxRequestBytes"] = "1MiB";
            values["Multiplex:MaxBytesInFlight"] = "2MiB";
        });
        var bomb = Compress(encoding, [.. """{"inputs":[]}"""u8, .. Enumerable.Repeat((byte)' ', 200 * Limit)]);
        Assert.InRange(bomb.Length, 1, Limit / 2);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var reply = await host.SendBytesAsync(bomb, length, chunked, encoding);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 * Limit);
        Assert.True(reply.Status == (length == "13" ? HttpStatusCode.BadRequest : HttpStatusCode.RequestEntityTooLarge), $"{reply.Status}: {reply.Text}");
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Body_NotCompressedAsItSays_IsABadRequest(string encoding)
    {
        await using var host = await HttpHost.StartAsync();
        var whole = Compress(encoding, Encoding.UTF8.GetBytes($$"""{"inputs":[],"id":"{{new string('x', 100)}}"}"""));
        var turned = whole.ToArray();
        turned[whole.Length / 2] ^= 0xFF;

        (await host.SendBytesAsync("""{"inputs":[]}"""u8.ToArray(), null, false, encoding)).IsError(HttpStatusCode.BadRequest, "Content-Encoding");
        (await host.SendBytesAsync(turned, null, false, encoding)).IsError(HttpStatusCode.BadRequest);
        (await host.SendBytesAsync(whole[..(whole.Length / 2)], null, false, encoding)).IsError(HttpStatusCode.BadRequest);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        Assert.Equal(0, host.InFlight.Charged);
    }

    private static byte[] Compress(string encoding, ReadOnlySpan<byte> body)
    {
        var compressed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "identity" => new BufferedStream(compressed),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Optimal),
            _ => new GZipStream(compressed, CompressionLevel.Optimal),
        })
        {
            stream.Write(body);
        }

        return compressed.ToArray();
    }
}
