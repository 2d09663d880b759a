using System.Security.Cryptography;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

public sealed class FetchedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ranges_InAnyOrder_PrefixIsWhatIsThereWithoutAGap() => Gen.Select(Gen.Int[1, 9].Array[1, 30], Gen.Int).Sample((lengths, seed) =>
    {
        var parts = lengths.Select((length, i) => (Offset: lengths.Take(i).Sum(), Length: length)).ToArray();
        new Random(seed).Shuffle(parts);
        var ranges = new WrittenRanges(lengths.Sum());
        var written = new bool[lengths.Sum()];
        foreach (var (offset, length) in parts)
        {
            Assert.False(ranges.IsWhole);
            ranges.Add(offset, length);
            Array.Fill(written, true, offset, length);
            Assert.Equal(written.TakeWhile(static one => one).Count(), ranges.Prefix);
            Assert.Throws<ArgumentOutOfRangeException>(() => ranges.Add(offset + (length / 2), 1));
        }

        Assert.True(ranges.IsWhole);
    });

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(10, 1)]
    [InlineData(8, 3)]
    [InlineData(long.MaxValue, 2)]
    public void Ranges_BeyondTheFile_AreRefused(long offset, long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WrittenRanges(10).Add(offset, length));

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public async Task Write_BySeveralAtOnceInAnyOrder_IsTheFileAndItsDigest(int count)
    {
        var content = new byte[count * 10_000];
        new Random(7).NextBytes(content);
        var blocks = Enumerable.Range(0, count).ToArray();
        new Random(8).Shuffle(blocks);
        var progress = new FetchProgress(content.Length, _time);
        progress.Set(0);
        using var file = Make(content.Length, progress);
        var digest = file.ComputeDigestAsync(Token);

        await Parallel.ForEachAsync(blocks, Token, (block, token) => file.WriteAsync(block * 10_000, content.AsMemory(block * 10_000, 10_000), token));
        file.Complete();

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), await digest.Soon());
        Assert.Equal(content, await File.ReadAllBytesAsync(_folder["file"], Token));
        Assert.Equal(content.Length, progress.Read()!.Bytes);
    }

    // A device that is always full: what a disk says that fills up though room was set aside.
    [Fact]
    public async Task Write_DiskIsFull_MakesRoomUntilThereIsNone()
    {
        File.CreateSymbolicLink(_folder["file"], "/dev/full");
        List<long> asked = [];
        using var file = new FetchedFile(
            _folder["file"],
            new ModelFile("m", 10, "tag"),
            new FetchProgress(10, _time),
            (bytes, _) =>
            {
                asked.Add(bytes);
                return new(asked.Count < 3);
            });

        var error = await Assert.ThrowsAsync<IOException>(async () => await file.WriteAsync(0, new byte[10], Token));

        Assert.True(DiskFull.Is(error));
        Assert.Equal([10, 10, 10], asked);
    }

    [Fact]
    public void Progress_RateIsThatOfTheLastSeconds()
    {
        var progress = new FetchProgress(10_000, _time);
        Assert.Null(progress.Read());
        progress.Set(0);
        Assert.Equal(new FetchReport(0, 10_000, 0, null), progress.Read());

        Step(1, 100);
        Assert.Equal(new FetchReport(100, 10_000, 100, TimeSpan.FromSeconds(99)), progress.Read());

        Step(4, 400);
        Assert.Equal(100, progress.Read()!.BytesPerSecond);
        for (var i = 0; i < 8; i++)
        {
            Step(1, 1000);
            progress.Read();
        }

        Assert.Equal(new FetchReport(8500, 10_000, 1000, TimeSpan.FromSeconds(1.5)), progress.Read());
        for (var i = 0; i < 9; i++)
        {
            Step(1, 0);
            progress.Read();
        }

        Assert.Equal(new FetchReport(8500, 10_000, 0, null), progress.Read());

        void Step(int seconds, long bytes)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            progress.Add(bytes);
        }
    }

    [Fact]
    public void Progress_WhatIsWaitedForBeforeTheFetch_IsNoTimeOfIt()
    {
        var progress = new FetchProgress(10_000, _time);
        _time.Advance(TimeSpan.FromSeconds(100));
        progress.Set(0);
        Step(2, 200);
        Assert.Equal(new FetchReport(200, 10_000, 100, TimeSpan.FromSeconds(98)), progress.Read());

        // Another process fetched it, and ended in the middle.
        _time.Advance(TimeSpan.FromSeconds(100));
        progress.Set(9000);
        _time.Advance(TimeSpan.FromSeconds(100));
        progress.Set(0);
        Step(2, 2000);
        Assert.Equal(new FetchReport(2000, 10_000, 1000, TimeSpan.FromSeconds(8)), progress.Read());

        void Step(int seconds, long bytes)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            progress.Add(bytes);
        }
    }

    private FetchedFile Make(long length, FetchProgress progress) =>
        new(_folder["file"], new ModelFile("m", length, "tag"), progress, static (_, _) => new(false));
}
