using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>Lines of JSON over a stream, each of them bounded. It does not own the stream.</summary>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose.
internal sealed class PipeLines(Stream stream)
#pragma warning restore CA1001
{
    /// <summary>The longest line: the names of some thousand files.</summary>
    public const int MaxBytes = 1 << 20;

    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>A line as it is written; null for one that is too long.</summary>
    public static byte[]? Write<T>(T line, JsonTypeInfo<T> type)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, type), (byte)'\n'];
        return bytes.Length <= MaxBytes ? bytes : null;
    }

    /// <summary>Writes lines, which wait for each other and not for who reads them, as long as the system keeps them for it.</summary>
    /// <exception cref="IOException">The other one has gone.</exception>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public async Task SendAsync(byte[] lines, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(lines, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Reads the next line; null when there is none, the stream is closed, or the line is not what it must be.</summary>
    public async Task<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            while (true)
            {
                var read = await _reader.ReadAsync(cancellationToken);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = read.Buffer.Slice(0, end);
                    var value = line.Length < MaxBytes ? JsonSerializer.Deserialize(line.ToArray(), type) : null;
                    _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                    return value;
                }

                if (read.IsCompleted || read.Buffer.Length >= MaxBytes)
                {
                    return null;
                }

                _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception fault) when (fault is IOException or JsonException or InvalidOperationException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
