using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// How many bytes of a fetch have come, written down now and then for the processes that wait for it. The lengths of its files say more: parts come in
/// any order, and room may be set aside.
/// </summary>
internal sealed class FetchedCount : IAsyncDisposable
{
    private readonly SafeFileHandle _file;
    private readonly ITimer _timer;

    private FetchedCount(string path, FetchProgress progress)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

        // Other processes look on no clock but the real one.
        _timer = TimeProvider.System.CreateTimer(_ => Write(progress.Bytes), null, VersionFlight.LookInterval, VersionFlight.LookInterval);
    }

    /// <summary>Makes the file; on a full disk now, and not when bytes come.</summary>
    public static void Create(string path) => File.WriteAllBytes(path, new byte[sizeof(long)]);

    /// <summary>Writes down what comes, until it is disposed.</summary>
    public static FetchedCount Follow(string path, FetchProgress progress) => new(path, progress);

    /// <summary>What was written down last of the fetch of a version; 0 where nothing is.</summary>
    public static long Read(string version)
    {
        try
        {
            return Directory.EnumerateFiles(version, "*.count").FirstOrDefault() is { } path && File.ReadAllBytes(path) is { Length: sizeof(long) } number
                ? BinaryPrimitives.ReadInt64LittleEndian(number)
                : 0;
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        _file.Dispose();
    }

    private void Write(long bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, bytes);
        try
        {
            RandomAccess.Write(_file, number, 0);
        }
        catch (IOException)
        {
            // It is told by the next one.
        }
    }
}
