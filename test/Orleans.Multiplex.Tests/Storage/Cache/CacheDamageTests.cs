using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>Files that come to harm on the disk.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "Unix file modes.")]
public sealed class CacheDamageTests : CacheTest
{
    private static readonly (string Name, Action<string> Harm)[] Harms =
    [
        ("flipped bit", path => Rewrite(path, bytes => bytes[bytes.Length / 3] ^= 4)),
        ("cut off", path => File.WriteAllBytes(Writable(path), File.ReadAllBytes(path)[..^1])),
        ("gone", File.Delete),
        ("folder gone", path => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true)),
    ];

    public static TheoryData<string> Kinds => [.. Harms.Select(harm => harm.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Open_AfterARestart_HarmedFileIsFetchedAnewWithAWarning(string kind)
    {
        var manifest = Store.Put("m", 5000);
        await UseAsync(Open(), manifest);
        await SettleAsync(1);
        Harms.Single(harm => harm.Name == kind).Harm(Assert.Single(Contents()));

        using var lease = await AcquireAsync(Open(), manifest);

        Assert.Equal(2, Store.Fetches.Count);
        Assert.Equal(Store.Get(manifest), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
        var (level, message, _) = Assert.Single(Log.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, level);
        Assert.StartsWith("The files of model 'm@1' in the cache are not whole ('model.onnx' ", message, StringComparison.Ordinal);
        await SettleAsync(1);
        Assert.Equal(5000, await ChargedAsync());
        await UseAsync(Open(), manifest);
        Assert.Equal(2, Store.Fetches.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"Store":"s","Model":"m","Files":[{"Name":"model.onnx","Length":5000,"Digest":"../../x"}]}""")]
    [InlineData("""{"Store":"s","Model":"m","Files":[]}""")]
    public async Task Open_AfterARestart_BrokenRecordIsNoVersion(string record)
    {
        var manifest = Store.Put("m", 5000);
        await UseAsync(Open(), manifest);
        await SettleAsync(1);
        await File.WriteAllTextAsync(Assert.Single(Records()), record, Token);

        await UseAsync(Open(), manifest);

        Assert.Equal(2, Store.Fetches.Count);
    }

    [Fact]
    public async Task Open_FilesGoneWhileTheProcessRuns_AreFetchedAnew()
    {
        var manifest = Store.Put("m", 5000);
        var cache = Open();
        await UseAsync(cache, manifest);
        await SettleAsync(1);
        File.Delete(Assert.Single(Contents()));
        await UseAsync(cache, manifest);
        await SettleAsync(1);
        Assert.Equal(2, Store.Fetches.Count);

        Directory.Delete(Folder.Versions, recursive: true);
        Directory.CreateDirectory(Folder.Versions);
        using var lease = await AcquireAsync(cache, manifest);

        Assert.Equal(3, Store.Fetches.Count);
        Assert.Equal(5000, new FileInfo(lease.Artifact.GetPath("model.onnx")).Length);
    }

    [Fact]
    public async Task Fetch_ContentThatIsThereAlreadyCameToHarm_TheNewOneTakesItsPlace()
    {
        var cache = Open();
        await UseAsync(cache, Store.Put("one", 5000));
        await SettleAsync(1);
        Harms[0].Harm(Assert.Single(Contents()));

        var two = Store.Put("two", 5000);
        await UseAsync(cache, two);
        await SettleAsync(2);
        using var lease = await AcquireAsync(Open(), two);

        Assert.Equal(Store.Get(two), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
        Assert.Equal(2, Store.Fetches.Count);
        Assert.Equal(Store.Get(two), await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(Folder.Blobs)), Token));
    }

    [Fact]
    public async Task Open_FlippedBitInAContentOfTwoVersions_EachIsFetchedAnew()
    {
        var (one, two) = (Store.Put("one", 5000), Store.Put("two", 5000));
        var cache = Open();
        await UseAsync(cache, one);
        await SettleAsync(1);
        await UseAsync(cache, two);
        await SettleAsync(2);
        Harms[0].Harm(Contents()[0]);

        var restarted = Open();
        foreach (var manifest in (ModelManifest[])[one, two])
        {
            using var lease = await AcquireAsync(restarted, manifest);
            Assert.Equal(Store.Get(manifest), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
        }

        Assert.Equal(4, Store.Fetches.Count);
    }

    private static void Rewrite(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        using var file = new FileStream(Writable(path), FileMode.Open, FileAccess.Write);
        file.Write(bytes);
    }

    private static string Writable(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
