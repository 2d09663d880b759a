using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>What is made of the contents of files and kept beside them.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class CacheContentsTests : CacheTest
{
    [Fact]
    public async Task Contents_FetchedFoundOrCopied_AreKnownByTheirDigests()
    {
        var manifest = Store.Put("m", 1000);
        var copy = Store.Put("copy", 1000);
        var expected = Convert.ToHexStringLower(SHA256.HashData(Store.Get(manifest)));
        var cache = Open();
        using (var fetched = await AcquireAsync(cache, manifest))
        {
            Assert.Equal(expected, (await fetched.Artifact.Contents!.WhenKnown.Soon())!["model.onnx"]);
        }

        await SettleAsync(1);

        using var known = await AcquireAsync(cache, manifest);
        using var found = await AcquireAsync(Open(), manifest);
        using var copied = await AcquireAsync(cache, copy);

        foreach (var lease in (ArtifactLease[])[known, found, copied])
        {
            Assert.Equal(expected, (await lease.Artifact.Contents!.WhenKnown.Soon())!["model.onnx"]);
        }
    }

    [Fact]
    public async Task Made_WithItsContent_CountsAndGoes()
    {
        var cache = Open(maxBytes: 3000);
        var manifest = Store.Put("m", 1000);
        var folder = await MakeAsync(cache, manifest, 1500);
        await SettleAsync(1);
        Assert.Equal(2500, await ChargedAsync());
        Time.Advance(TimeSpan.FromMinutes(1));

        await UseAsync(cache, Store.Put("n", 600, seed: 1));

        await SettleAsync(1);
        Assert.False(Directory.Exists(folder));
        Assert.Equal(600, await ChargedAsync());
    }

    [Fact]
    public async Task Made_OfACopysContent_StaysWithTheCopy()
    {
        var cache = Open(maxBytes: 3000);
        var manifest = Store.Put("m", 1000);
        var folder = await MakeAsync(cache, manifest, 500);
        await SettleAsync(1);
        Time.Advance(TimeSpan.FromMinutes(5));
        await UseAsync(cache, Store.Put("copy", 1000));
        await SettleAsync(2);
        Time.Advance(TimeSpan.FromMinutes(5));

        await UseAsync(cache, Store.Put("n", 1400, seed: 1));

        await SettleAsync(2);
        Assert.True(Directory.Exists(folder));
        Assert.Equal(2900, await ChargedAsync());
    }

    [Fact]
    public async Task Made_MoreThanTheLimit_IsRefused()
    {
        var cache = Open(maxBytes: 3000);
        using var lease = await AcquireAsync(cache, Store.Put("m", 1000));
        await lease.Artifact.Contents!.WhenKnown.Soon();

        Assert.False(await lease.Artifact.Contents.TryReserveAsync(2001, Token));
        Assert.False(await lease.Artifact.Contents.TryReserveAsync(3001, Token));
        Assert.True(await lease.Artifact.Contents.TryReserveAsync(2000, Token));
    }

    private static async Task<string> MakeAsync(ArtifactCache cache, Multiplex.Storage.ModelManifest manifest, int bytes)
    {
        using var lease = await AcquireAsync(cache, manifest);
        var contents = lease.Artifact.Contents!;
        var folder = contents.GetFolder((await contents.WhenKnown.Soon())!["model.onnx"]);
        Assert.True(await contents.TryReserveAsync(bytes, Token));
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "made"), new byte[bytes], Token);
        return folder;
    }
}
