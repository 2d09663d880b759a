using Microsoft.Win32.SafeHandles;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Writes a file to the disk.</summary>
internal sealed class FileTarget(string path, long length) : IFetchTarget, IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, length);

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        RandomAccess.Write(_file, bytes.Span, offset);
        return default;
    }

    public void Dispose() => _file.Dispose();
}
