using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>
/// A model made ready to be opened fast, as the record beside its file says: whatever a load has to know is in it, so that neither the
/// original nor the prepared file is read for it.
/// </summary>
internal sealed record PreparedModel
{
    private const string RecordName = "prepared";

    private const long RecordBytes = 4096;

    // A record has some kilobytes, and as many again as the model when it is small.
    private const long MaxRecordBytes = 16L << 20;

    /// <summary>How it is opened first.</summary>
    public required Opening Opening { get; init; }

    /// <summary>The model itself, when it is small: one file less to open is a tenth of its load. It is not needed once it is open.</summary>
    public byte[]? Content { get; init; }

    /// <summary>The name of the file that it lies in, when it is mapped.</summary>
    public string? FileName { get; init; }

    /// <summary>The length of the content or file.</summary>
    public required long ContentBytes { get; init; }

    /// <summary>The SHA-256 of the content or file, in lower case hexadecimal digits.</summary>
    public required string ContentDigest { get; init; }

    /// <summary>Its inputs and outputs.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>Whether one of its nodes may make an optional without a value, which it may pass on as any output.</summary>
    public required bool MakesNothing { get; init; }

    /// <summary>The bytes of its weights.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>The bytes of the heap that it takes when it is opened as at first: measured.</summary>
    public required long HeapBytes { get; init; }

    /// <summary>The bytes of the heap that it takes when it is opened packed: measured.</summary>
    public required long PackedHeapBytes { get; init; }

    /// <summary>The bytes of its file that were mapped.</summary>
    public required long MappedBytes { get; init; }

    /// <summary>How long it took to open, with its file in memory.</summary>
    public required double LoadMilliseconds { get; init; }

    /// <summary>The bytes that it takes on the disk, about.</summary>
    public long DiskBytes => ContentBytes + RecordBytes;

    /// <summary>Where its files lie.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The file that it lies in, when it is mapped.</summary>
    public string Path => System.IO.Path.Combine(Folder, FileName ?? throw new InvalidOperationException("It lies in no file."));

    /// <summary>What it takes and gives and will weigh, in the words of any backend.</summary>
    public ModelFacts Facts => new(Signature, HeapBytes) { MappedBytes = MappedBytes };

    /// <summary>The ways to open it: the first one, and packed, for a model that runs much faster so.</summary>
    public ImmutableArray<Opening> Openings => Opening == Opening.Unpacked ? [Opening.Unpacked, Opening.Mapped] : [Opening];

    /// <summary>What it takes when it is opened in one of its ways.</summary>
    public ModelMemory GetMemory(Opening opening) => new(opening == Opening.Mapped ? PackedHeapBytes : HeapBytes, MappedBytes);

    /// <summary>Reads the record in a folder. False when there is none that is whole, or the file beside it has another length than it says.</summary>
    /// <exception cref="IOException">It cannot be read now, which says nothing of it.</exception>
    public static bool TryRead(string folder, [NotNullWhen(true)] out PreparedModel? model)
    {
        model = null;
        try
        {
            // Most models have none, and to be told so by an exception takes longer than to look.
            if (File.Exists(System.IO.Path.Combine(folder, RecordName)) && ReadRecord(folder) is { } read && read.IsWhole())
            {
                read = read with { Folder = folder };
                model = read.Content is not null || new FileInfo(read.Path) is { Exists: true } file && file.Length == read.ContentBytes ? read : null;
            }
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
        }

        return model is not null;
    }

    /// <summary>Reads all of it: whether it is what was written.</summary>
    /// <exception cref="IOException">It cannot be read now, which says nothing of it.</exception>
    public bool IsIntact()
    {
        if (Content is not null)
        {
            return Convert.ToHexStringLower(SHA256.HashData(Content)) == ContentDigest;
        }

        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == ContentDigest;
    }

    /// <summary>Writes the record, after its file: a folder without it is nothing.</summary>
    public void Write(string folder) =>
        File.WriteAllBytes(System.IO.Path.Combine(folder, RecordName), PreparedRecord.Write(this));

    private static PreparedModel? ReadRecord(string folder)
    {
        using var file = File.OpenHandle(
            System.IO.Path.Combine(folder, RecordName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, MaxRecordBytes));
        try
        {
            // A longer one is no record, and neither is what is cut off here.
            var bytes = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(length, MaxRecordBytes)), 0));
            return PreparedRecord.Read(bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool IsWhole() =>
        Enum.IsDefined(Opening)
        && (Opening == Opening.Read
            ? Content is not null && Content.Length == ContentBytes
            : FileName is { Length: > 0 } && FileName == System.IO.Path.GetFileName(FileName))
        && Signature is { Inputs.IsDefault: false, Outputs.IsDefault: false }
        && Signature.Inputs.Concat(Signature.Outputs).All(value => Enum.IsDefined(value.Kind));
}
