using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Net.Sockets;
using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>A guest's connection to the host, over which go all its jobs. When it breaks, they are lost; it is not mended.</summary>
internal sealed class GuestPipe : IDisposable
{
    /// <summary>How long a host that does jobs may be silent: it gives a sign of life each second.</summary>
    public static readonly TimeSpan SilencePatience = TimeSpan.FromSeconds(10);

    /// <summary>How many jobs are with the host at once: fewer than it takes from a guest. The others wait here.</summary>
    public const int MaxUnderWay = HostedGuest.MaxJobs / 2;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, GivenJob> _jobs = new();
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NamedPipeClientStream _pipe;
    private readonly PipeLines _lines;
    private readonly TimeProvider _time;
#pragma warning disable CA2213 // It has no handle, so there is nothing to dispose; who waits goes on when the host is lost.
    private readonly SemaphoreSlim _room = new(MaxUnderWay);
#pragma warning restore CA2213
    private long _heardAt;
    private int _ids;

    private GuestPipe(NamedPipeClientStream pipe, PipeLines lines, TimeProvider time)
    {
        _pipe = pipe;
        _lines = lines;
        _time = time;
        _heardAt = time.GetTimestamp();
    }

    /// <summary>Completes when the host is not heard of any more.</summary>
    public Task WhenLost => _lost.Task;

    /// <summary>Reaches the host.</summary>
    /// <param name="name">The pipe's name.</param>
    /// <param name="connectPatience">How long to wait for the pipe.</param>
    /// <param name="answerPatience">How long to wait then until the host answers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<(Reach Reach, GuestPipe? Guest)> ConnectAsync(
        string name, TimeSpan connectPatience, TimeSpan answerPatience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static end => ((CancellationTokenSource)end!).Cancel(), end, connectPatience, Timeout.InfiniteTimeSpan);
        NamedPipeClientStream? pipe = null;
        try
        {
#pragma warning disable CA2000 // It is the guest's, or disposed below.
            pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
#pragma warning restore CA2000

            // Where many wait to be let in, the system does not come back from it.
            await pipe.ConnectAsync(end.Token).WaitAsync(end.Token);

            // The system connects to one that is frozen too.
            timer.Change(answerPatience, Timeout.InfiniteTimeSpan);
            var lines = new PipeLines(pipe);
            if (await lines.ReadAsync(SharingJson.Default.HostLine, end.Token) is not null)
            {
                var guest = new GuestPipe(pipe, lines, time);
                guest.Begin();
                pipe = null;
                return (Reach.Answered, guest);
            }
        }
        catch (Exception fault) when (fault is IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException or SocketException)
        {
            return (Reach.Refused, null);
        }
        finally
        {
            if (pipe is not null)
            {
                await pipe.DisposeAsync();
            }
        }

        return (Reach.Silent, null);
    }

    /// <summary>Has the host do a job; null where it cannot be asked for it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="cancellationToken">Ends a preparation.</param>
    public async Task<JobEnd?> RunAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _ids);
        if (PipeLines.Write(new GuestLine(id, job, limits), SharingJson.Default.GuestLine) is not { } line)
        {
            return null;
        }

        await _room.WaitAsync(cancellationToken);
        try
        {
            return await GiveAsync(id, job.Kind, line, cancellationToken);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Ends it; what is under way is lost.</summary>
    public void Dispose() => Lose("the silo stops");

    private sealed record GivenJob(JobKind Kind)
    {
        public TaskCompletionSource<JobEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Begin()
    {
        // It lives longer than who asks first.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(ReadAsync);
            _ = Task.Run(ListenAsync);
        }
    }

    private async Task<JobEnd> GiveAsync(int id, JobKind kind, byte[] line, CancellationToken cancellationToken)
    {
        var given = new GivenJob(kind);
        if (_jobs.IsEmpty)
        {
            Volatile.Write(ref _heardAt, _time.GetTimestamp());
        }

        _jobs[id] = given;
        await SendAsync(line);
        await using var cancelling = cancellationToken.Register(() => _ = SendAsync(PipeLines.Write(new GuestLine(id), SharingJson.Default.GuestLine)!));
        return await given.End.Task;
    }

    private async Task SendAsync(byte[] line)
    {
        try
        {
            await _lines.SendAsync(line, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
        }

        if (_lost.Task.IsCompleted)
        {
            Lose("the silo that has the worker has gone");
        }
    }

    private async Task ReadAsync()
    {
        while (await _lines.ReadAsync(SharingJson.Default.HostLine, CancellationToken.None) is { } line)
        {
            Volatile.Write(ref _heardAt, _time.GetTimestamp());
            if (line.End is null || !_jobs.TryGetValue(line.Id, out var job))
            {
                continue;
            }

            if (!line.End.Fits(job.Kind))
            {
                break;
            }

            if (_jobs.TryRemove(line.Id, out _))
            {
                job.End.SetResult(line.End);
            }
        }

        Lose("the silo that has the worker has gone");
    }

    private async Task ListenAsync()
    {
        using var ticks = new PeriodicTimer(LookInterval, _time);
        while (!_lost.Task.IsCompleted && await ticks.WaitForNextTickAsync())
        {
            if (!_jobs.IsEmpty && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) > SilencePatience)
            {
                Lose("the silo that has the worker does not answer");
            }
        }
    }

    private void Lose(string how)
    {
        _lost.TrySetResult();
        _pipe.Dispose();
        foreach (var id in _jobs.Keys)
        {
            if (_jobs.TryRemove(id, out var job))
            {
                job.End.SetResult(new JobEnd(JobOutcome.Lost, WorkerState.Ended, Reason: how));
            }
        }
    }
}
