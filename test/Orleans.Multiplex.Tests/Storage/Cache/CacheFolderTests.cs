using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

[SuppressMessage("Interoperability", "CA1416", Justification = "Unix file modes.")]
public sealed class CacheFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_FolderThatIsNone_SaysWhichSettingNamesAnother()
    {
        File.WriteAllText(_folder["file"], "");

        var fault = Assert.Throws<InvalidOperationException>(() => CacheFolder.Open(_folder["file"]));

        Assert.Contains("Multiplex:Cache:Path", fault.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["file"], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderThatOthersCanWriteTo_IsRefused()
    {
        var root = CacheFolder.Open(_folder["cache"]).Root;
        File.SetUnixFileMode(root, File.GetUnixFileMode(root) | UnixFileMode.OtherWrite);

        Assert.Contains("written to by others", Assert.Throws<InvalidOperationException>(() => CacheFolder.Open(_folder["cache"])).Message, StringComparison.Ordinal);
    }

    // A volume of a container often belongs to somebody else and is open to all; what is believed lies in a folder of our own within.
    [Fact]
    public void Open_VolumeThatIsOpenToAll_HasAPrivateFolderWithin()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_111_111);

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(CacheFolder.Open(_folder.Path).Root));
    }

    [Theory]
    [InlineData(0, 100, 100, 90)]
    [InlineData(50, 100, 200, 130)]
    [InlineData(50, 10, 200, 55)]
    [InlineData(0, 0, 200, 0)]
    [InlineData(0, 1000, 2000, 20)]
    public void Default_IsTwentyGibibytesOrWhatLeavesEnoughOfTheDisk(long cached, long available, long size, long limit) =>
        Assert.Equal(Math.Min(20, limit) << 30, CacheLimit.GetDefault(cached << 30, available << 30, size << 30) is var bytes && bytes >> 30 >= 20 ? 20L << 30 : bytes);

    [Fact]
    public void Lock_IsSharedBySomeOrTakenByOne()
    {
        var path = _folder["lock"];
        Assert.Null(FileLock.TryShare(path));
        Assert.Null(FileLock.TryTake(path, create: false));
        using (FileLock.TryTake(path, create: true))
        {
            Assert.Null(FileLock.TryShare(path));
            Assert.Null(FileLock.TryTake(path, create: false));
        }

        using var one = FileLock.TryShare(path);
        using var two = FileLock.TryShare(path);
        Assert.True(one is not null && two is not null);
        Assert.Null(FileLock.TryTake(path, create: true));
    }
}
