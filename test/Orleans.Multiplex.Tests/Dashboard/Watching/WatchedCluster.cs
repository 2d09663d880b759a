using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Dashboard.Watching;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Watching;

/// <summary>A watch over a fake client, on a clock that a test moves from look to look.</summary>
internal sealed class WatchedCluster : IAsyncDisposable
{
    public static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private readonly Channel<ClusterSnapshot> _looks = Channel.CreateUnbounded<ClusterSnapshot>();
    private readonly LoggerFactory _loggers;
    private bool _isDisposed;

    public WatchedCluster()
    {
        _loggers = new LoggerFactory([Log]);
        Watch = new ClusterWatch(Client, Time, _loggers.CreateLogger<ClusterWatch>());
    }

    public FakeMultiplexClient Client { get; } = new();

    public WatchedTime Time { get; } = new();

    public LogRecorder Log { get; } = new();

    public ClusterWatch Watch { get; }

    /// <summary>Whether a follower was told of a look that was not asked for with <see cref="NextAsync"/>.</summary>
    public bool HasMore => _looks.Reader.TryPeek(out _);

    /// <summary>Follows as a page does; <see cref="NextAsync"/> tells what it saw.</summary>
    public IDisposable Follow() => Watch.Follow(() => _looks.Writer.TryWrite(Watch.Current));

    /// <summary>What the next look that a follower is told of has seen.</summary>
    public async Task<ClusterSnapshot> NextAsync() => await _looks.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon();

    /// <summary>The same, and the pause after it, at whose end the next look begins.</summary>
    public async Task<(ClusterSnapshot Seen, TimeSpan Pause)> PauseAsync() => (await NextAsync(), await Time.NextTimerAsync());

    /// <summary>Has a pause end. What it ends goes on at once, on the thread that moves the clock: it has no context that would have it go on elsewhere.</summary>
    public Task AdvanceAsync(TimeSpan? time = null) => Task.Run(() => Time.Advance(time ?? LeastPause), TestContext.Current.CancellationToken);

    /// <summary>Lets a pause pass, and returns what the look after it has seen, when the next pause has begun.</summary>
    public async Task<ClusterSnapshot> LookAgainAsync(TimeSpan? pause = null)
    {
        await AdvanceAsync(pause);
        return (await PauseAsync()).Seen;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await Watch.DisposeAsync().AsTask().Soon();
        _loggers.Dispose();
    }
}
