using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>One worker process, from its start to its end.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private const int MaxLineLength = 4096;
    private const int SignalBase = 128;

    private readonly Process _process;
    private readonly ILogger _logger;
    private readonly int _id;
    private readonly Lock _lock = new();
    private WorkerState _state;

    private WorkerProcess(Process process, ILogger logger)
    {
        _process = process;
        _logger = logger;
        _id = process.Id;
    }

    public int Id => _id;

    public WorkerState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>The last line of its error output: where it ended at its start, most likely why.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Starts one.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static WorkerProcess Start(WorkerCommand command, ILogger logger)
    {
        var process = new Process { StartInfo = command.ToStartInfo() };
        process.Start();
        var worker = new WorkerProcess(process, logger);
        worker.LogStarted(worker._id);
        process.ErrorDataReceived += (_, line) => worker.OnError(line.Data);
        process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>Gives it a job.</summary>
    /// <exception cref="IOException">The process is no more.</exception>
    public void Give(WorkerJob job)
    {
        MoveTo(WorkerTransitions.Given(job.Kind));
        Send(job);
    }

    /// <summary>Writes a line to it, unless it is no more, which is found out by who reads.</summary>
    public void TrySend(WorkerJob job)
    {
        try
        {
            Send(job);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Reads its next answer; null when it has ended, or says what it must not and is ended for that.</summary>
    public async Task<WorkerAnswer?> ReadAsync()
    {
        try
        {
            if (await _process.StandardOutput.ReadLineAsync() is { } line
                && JsonSerializer.Deserialize(line, WorkerJson.Default.WorkerAnswer) is { } answer
                && WorkerTransitions.After(State, answer.Step) is { } next)
            {
                MoveTo(next);
                return answer;
            }
        }
        catch (Exception fault) when (fault is IOException or JsonException or ObjectDisposedException)
        {
        }

        Kill();
        return null;
    }

    /// <summary>The bytes that it has in memory or swapped out; 0 where that cannot be told any more.</summary>
    public long ReadResidentBytes()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }

            // What was swapped out is its memory too: or a bomb would take the swap, and with it the machine's time.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{_id}/status"), Encoding.Latin1);
            return ProcessMemory.FindBytes(text, "VmRSS") + (ProcessMemory.FindBytes(text, "VmSwap") ?? 0) ?? 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _state = WorkerState.Ended;
        }

        try
        {
            _process.Kill();
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Waits for its end; returns the signal that ended it, or null and what it returned.</summary>
    public async Task<(int? Signal, int Code)> WaitForEndAsync()
    {
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        LogEnded(_id, code);
        return code > SignalBase && !OperatingSystem.IsWindows() ? (code - SignalBase, code) : (null, code);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Send(WorkerJob job)
    {
        var input = _process.StandardInput.BaseStream;
        input.Write([.. JsonSerializer.SerializeToUtf8Bytes(job, WorkerJson.Default.WorkerJob), (byte)'\n']);
        input.Flush();
    }

    private void MoveTo(WorkerState next)
    {
        lock (_lock)
        {
            if (!WorkerTransitions.IsLegal(_state, next))
            {
                throw new IOException($"The worker process cannot go from {_state} to {next}.");
            }

            _state = next;
        }
    }

    private void OnError(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            var clean = Native.NativeError.Clean(line.Length > MaxLineLength ? line[..MaxLineLength] : line);
            LastError = clean;
            LogError(_id, clean);
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 81, LogLevel.Debug, "Started worker process {Id}, in which models are checked.")]
    private partial void LogStarted(int id);

    [LoggerMessage(LogEvents.ExecutionIds + 82, LogLevel.Debug, "Worker process {Id} has ended: {Code}.")]
    private partial void LogEnded(int id, int code);

    [LoggerMessage(LogEvents.ExecutionIds + 83, LogLevel.Debug, "Worker process {Id}: {Line}")]
    private partial void LogError(int id, string line);
}
