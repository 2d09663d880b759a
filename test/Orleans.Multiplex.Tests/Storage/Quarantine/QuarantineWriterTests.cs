using Orleans.Multiplex.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Quarantine;

/// <summary>Entries are written behind who has news of them.</summary>
public sealed class QuarantineWriterTests : IDisposable
{
    private readonly ManualResetEventSlim _disk = new();
    private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<QuarantineEntry> _written = [];
    private readonly QuarantineWriter _writer;
    private bool _isFull;

    public QuarantineWriterTests() => _writer = new QuarantineWriter(entry =>
    {
        _writing.TrySetResult();
        _disk.Wait(TestContext.Current.CancellationToken);
        if (!_isFull)
        {
            _written.Add(entry);
        }

        return !_isFull;
    });

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task Add_WhileOneIsWritten_FollowsInOrderAndAsItIsInTheEnd()
    {
        _writer.Add([Entries.Make("1")]);
        await _writing.Task.Soon();

        _writer.Add([Entries.Make("2"), Entries.Make("3")]);
        _writer.Add([Entries.Make("1", isCleared: true), Entries.Make("2", isCleared: true)]);
        var all = _writer.WhenWritten;
        Assert.False(all.IsCompleted);
        _disk.Set();
        await all.Soon();

        Assert.Equal(
            [Entries.Make("1"), Entries.Make("2", isCleared: true), Entries.Make("3"), Entries.Make("1", isCleared: true)],
            _written);
    }

    [Fact]
    public void Flush_DiskIsFull_SaysSoAndWritesItLaterAsItIsThen()
    {
        _disk.Set();
        _isFull = true;
        _writer.Add([Entries.Make("1"), Entries.Make("2")]);
        Assert.False(_writer.Flush());
        Assert.False(_writer.Flush());
        _writer.Add([Entries.Make("2", isCleared: true)]);

        _isFull = false;

        Assert.True(_writer.Flush());
        Assert.Equal([Entries.Make("1"), Entries.Make("2", isCleared: true)], _written.OrderBy(static entry => entry.Mark.Id));
        Assert.True(_writer.Flush());
        Assert.Equal(2, _written.Count);
    }

    [Fact]
    public void Flush_WhatWaits_IsThereWhenItReturns()
    {
        _disk.Set();

        for (var i = 0; i < 1000; i++)
        {
            _writer.Add([Entries.Make($"{i}")]);
            _writer.Flush();
            Assert.Equal(i + 1, _written.Count);
        }
    }
}
