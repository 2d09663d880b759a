using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>
/// The marks of this silo: which versions it is opening. They lie in a file whose lock it holds for as long as it lives, so that a file with a free
/// lock is that of a silo that has ended, and the marks in it are what it was opening then (<see cref="LeftMarks"/>).
/// </summary>
/// <remarks>
/// A mark is one write into the system's cache of the file, which outlives the process; no more is needed, since a machine that ends takes all its
/// silos with it for reasons of its own. Where it cannot be written the model is opened all the same.
/// </remarks>
internal sealed partial class OpeningMarks : IDisposable
{
    private const int FirstSlots = 16;

    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly string _silo;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly byte[] _slot = new byte[MarkSlot.Length];
    private FileLock? _file;
    private int _slots;
    private bool _hasFailed;

    /// <param name="folder">The cache's folder.</param>
    /// <param name="silo">The silo's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public OpeningMarks(CacheFolder folder, string silo, TimeProvider time, ILogger logger)
    {
        _silo = silo.Length > MarkSlot.LongestSilo ? silo[..MarkSlot.LongestSilo] : silo;
        _time = time;
        _logger = logger;
        Path = Create(folder);
    }

    /// <summary>Where they are; null where the file could not be made.</summary>
    public string? Path { get; private set; }

    /// <summary>Says that a version is being opened, or run for the first time, until the mark is disposed.</summary>
    public Held Set(string key, string model, long version, string? form = null, bool isRun = false)
    {
        var mark = new OpeningMark(CacheFolder.NewName(), key, model, version, _silo, _time.GetUtcNow(), form, isRun);
        lock (_lock)
        {
            if (_file is null)
            {
                return new Held(this, mark, null);
            }

            var slot = _free.TryPop(out var free) ? free : _slots++;
            Array.Clear(_slot);
            MarkSlot.Write(mark, _slot);
            TryWrite(_slot, slot);
            return new Held(this, mark, slot);
        }
    }

    /// <summary>The silo stops in good order: what it is opening still is nothing to be afraid of.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_file is null)
            {
                return;
            }

            try
            {
                File.Delete(Path!);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                LogNotWritten(fault.Message);
            }

            _file.Dispose();
            _file = null;
        }
    }

    private void Clear(int slot)
    {
        lock (_lock)
        {
            if (_file is not null)
            {
                TryWrite(stackalloc byte[sizeof(int)], slot);
                _free.Push(slot);
            }
        }
    }

    private void TryWrite(ReadOnlySpan<byte> bytes, int slot)
    {
        try
        {
            RandomAccess.Write(_file!.Handle, bytes, (long)slot * MarkSlot.Length);
        }
        catch (IOException fault)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                LogNotWritten(fault.Message);
            }
        }
    }

    private string? Create(CacheFolder folder)
    {
        try
        {
            while (true)
            {
                // Whoever looks for files with a free lock may take this one before its owner does; then another is made.
                var path = folder.Marks(CacheFolder.NewName());
                var file = FileLock.TryTake(path, create: true);
                if (file is not null && File.Exists(path))
                {
                    // Room now, so that a mark needs none on a disk that is full.
                    RandomAccess.Write(file.Handle, new byte[FirstSlots * MarkSlot.Length], 0);
                    _file = file;
                    return path;
                }

                file?.Dispose();
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _hasFailed = true;
            LogNotWritten(fault.Message);
            return null;
        }
    }

    /// <summary>A mark while it stands.</summary>
    public sealed class Held(OpeningMarks marks, OpeningMark mark, int? slot) : IDisposable
    {
        private int _isDisposed;

        public OpeningMark Mark => mark;

        public void Dispose()
        {
            if (slot is { } taken && Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                marks.Clear(taken);
            }
        }
    }

    [LoggerMessage(LogEvents.StorageIds + 40, LogLevel.Warning,
        "It cannot be written down which models are being opened ({Fault}): should one end this process, it will not be known which.")]
    private partial void LogNotWritten(string fault);
}
