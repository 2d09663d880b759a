using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Quarantine;

public sealed class QuarantineFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly CacheFolder _cache;
    private readonly QuarantineFolder _folder;

    public QuarantineFolderTests()
    {
        _cache = CacheFolder.Open(_temporary.Path);
        _folder = new QuarantineFolder(_cache, new RecordedLog());
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Write_IsReadByAllAndByItsVersion()
    {
        var one = Entries.Make("1", key: "a", beside: 2);
        var other = Entries.Make("2", key: "b");
        _folder.Write(one);
        _folder.Write(other);

        Assert.Equal([one, other], _folder.Read().OrderBy(entry => entry.Mark.Id));
        Assert.Equal([one], _folder.ReadOf("a"));
        Assert.Empty(_folder.ReadOf("c"));
    }

    [Fact]
    public void Write_Cleared_TakesThePlaceOfTheOtherAndStaysWhateverIsWrittenAfter()
    {
        var entry = Entries.Make("1");
        _folder.Write(entry);
        _folder.Write(entry with { IsCleared = true });
        Assert.Empty(Directory.GetFiles(_cache.Quarantine, "*.json"));

        // Another silo of the machine that has not heard of it.
        _folder.Write(entry);

        Assert.Equal([entry with { IsCleared = true }], _folder.Read());
    }

    [Fact]
    public void Read_WhatIsNoEntry_IsPassedOver()
    {
        var entry = Entries.Make("1");
        _folder.Write(entry);
        var path = Assert.Single(Directory.GetFiles(_cache.Quarantine));
        File.Copy(path, Path.Combine(_cache.Quarantine, "a.other.json"));
        File.WriteAllText(Path.Combine(_cache.Quarantine, "a.1.json"), "{");
        File.WriteAllText(Path.Combine(_cache.Quarantine, "a.2.json"), "{}");
        File.WriteAllText(Path.Combine(_cache.Quarantine, "a.3.json"), File.ReadAllText(path).Replace("\"iris\"", "\"../iris\"", StringComparison.Ordinal));

        Assert.Equal([entry], _folder.Read());

        _folder.Remove(entry);
        Assert.Empty(_folder.Read());
    }
}
