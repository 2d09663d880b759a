using System.IO.Pipes;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>The host's side: the lock that makes it the host, and the pipe on which it takes guests, processes of the same user alone.</summary>
internal sealed partial class HostPipe : IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

#pragma warning disable CA2213 // It has no timer and no handle, so there is nothing to dispose; guests may look at it for longer than this.
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213
    private readonly Lock _lock = new();
    private readonly HashSet<NamedPipeServerStream> _pipes = [];
    private readonly FileLock _taken;
    private readonly string _name;
    private readonly ModelWorker _worker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="taken">The lock, which is given back at the end.</param>
    /// <param name="name">The pipe's name.</param>
    /// <param name="worker">Does the jobs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public HostPipe(FileLock taken, string name, ModelWorker worker, TimeProvider time, ILogger logger)
    {
        _taken = taken;
        _name = name;
        _worker = worker;
        _time = time;
        _logger = logger;

        // It lives longer than who asks first.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(ListenAsync);
        }
    }

    /// <summary>Ends all connections, and only then lets another one be the host.</summary>
    /// <remarks>The last one to end unlinks the socket, and must not find the next host's.</remarks>
    public void Dispose()
    {
        _stopping.Cancel();
        lock (_lock)
        {
            foreach (var pipe in _pipes.ToArray())
            {
                pipe.Dispose();
            }

            _pipes.Clear();
        }

        _taken.Dispose();
    }

    private async Task ListenAsync()
    {
        var isLogged = false;
        while (!_stopping.IsCancellationRequested)
        {
            NamedPipeServerStream? pipe = null;
            try
            {
                pipe = Open();
                await pipe.WaitForConnectionAsync(_stopping.Token);
                _ = ServeAsync(pipe);
            }
            catch (Exception fault) when (pipe is not null)
            {
                // Somebody else came, or it has gone already.
                Close(pipe);
                if (!_stopping.IsCancellationRequested)
                {
                    LogNoGuest(fault.Message);
                    await PauseAsync();
                }
            }
#pragma warning disable CA1031 // Whatever it is, the host does its own jobs, and the others have workers of their own.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (!isLogged && !_stopping.IsCancellationRequested)
                {
                    isLogged = true;
                    LogNoPipe(_name, fault.Message);
                }

                await PauseAsync();
            }
        }
    }

    private async Task PauseAsync() =>
        await Task.Delay(RetryPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private NamedPipeServerStream Open()
    {
        lock (_lock)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            var pipe = new NamedPipeServerStream(
                _name,
                PipeDirection.InOut,
                NamedPipeServerStream.MaxAllowedServerInstances,
                PipeTransmissionMode.Byte,
                PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            _pipes.Add(pipe);
            return pipe;
        }
    }

    private async Task ServeAsync(NamedPipeServerStream pipe)
    {
        try
        {
            await new HostedGuest(pipe, _worker, _time, _stopping.Token).RunAsync();
        }
        finally
        {
            Close(pipe);
        }
    }

    private void Close(NamedPipeServerStream pipe)
    {
        lock (_lock)
        {
            // It is among them as long as it may unlink the socket.
            pipe.Dispose();
            _pipes.Remove(pipe);
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 91, LogLevel.Debug, "A process that came for the worker of this machine was turned away: {Fault}")]
    private partial void LogNoGuest(string fault);

    [LoggerMessage(LogEvents.ExecutionIds + 92, LogLevel.Information,
        "The worker of this machine cannot be shared with its other silos by the pipe '{Name}', so they have workers of their own: {Fault}")]
    private partial void LogNoPipe(string name, string fault);
}
