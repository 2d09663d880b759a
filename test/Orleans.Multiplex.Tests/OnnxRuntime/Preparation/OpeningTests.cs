using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.Win32.SafeHandles;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>ONNX Runtime takes misspelt settings without a word, so what they bring about is looked at.</summary>
public sealed partial class OpeningTests
{
    private const int DontNeed = 4;
    private const int Width = 1024;
    private const long Weights = 2L * Width * Width * sizeof(float);

    [Fact]
    public void Open_Unpacked_MapsTheFileAndTakesNoHeapForItsWeights()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, Width, 2, "MatMul"));
        var model = folder.PrepareWell();

        Assert.InRange(model.HeapBytes, 1, Weights / 8);
        Assert.InRange(model.MappedBytes, Weights, Weights + 100_000);
        Assert.Equal(new ModelMemory(model.HeapBytes, model.MappedBytes), model.GetMemory(Opening.Unpacked));
        using var session = PreparedFolder.Open(model, Opening.Unpacked);
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith(model.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_Packed_TakesHeapForWhatItPacks()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, Width, 2, "Gemm"));
        var model = folder.PrepareWell();

        Assert.InRange(model.PackedHeapBytes, Weights * 9 / 10, Weights * 3 / 2);
        Assert.Equal(model.PackedHeapBytes, model.GetMemory(Opening.Mapped).HeapBytes);
    }

    [Fact]
    public void Open_FileRemovedAfterwards_RunsOn()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, 256, 2, "MatMul"));
        using var session = PreparedFolder.Open(folder.PrepareWell(), Opening.Unpacked);
        Directory.Delete(folder.Target, recursive: true);

        Assert.Equal([1L, 256L], session.RunToTensor(Tensor.Create("x", new float[256], 1, 256)).Shape);
    }

    [Fact]
    public void Open_DamagedFile_IsRefusedByTheRuntime()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, 256, 2, "MatMul"));
        var model = folder.PrepareWell();
        File.WriteAllBytes(model.Path, new byte[model.ContentBytes]);

        Assert.Throws<OnnxRuntimeException>(() => PreparedFolder.Open(model, Opening.Unpacked));
    }

    [Fact]
    public void Open_Cancelled_Ends()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, 256, 2, "MatMul"));
        var model = folder.PrepareWell();

        var fault = Record.Exception(() => PreparedOpening.Open("m", model, Opening.Mapped, SessionHooks.None, TimeProvider.System, new CancellationToken(canceled: true)));

        Assert.True(fault is not null && NativeError.Is(fault), $"{fault}");
    }

    // In the folder of the tests, which lies on a disk; a temporary folder may lie in memory.
    [Fact]
    public void ReadAhead_PagesNotInMemory_AreAskedForOnce()
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"cold-{Guid.NewGuid():N}");
        try
        {
            using (var file = File.Create(path))
            {
                file.Write(new byte[4 << 20]);
                file.Flush(flushToDisk: true);
                Assert.Equal(0, Advise(file.SafeFileHandle, 0, 0, DontNeed));
            }

            Assert.True(FilePages.ReadAhead(path));

            File.ReadAllBytes(path);
            Assert.False(FilePages.ReadAhead(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ReadAhead_EmptyFile_IsNothingToRead()
    {
        using var folder = new PreparedFolder([]);

        Assert.False(FilePages.ReadAhead(folder.Original));
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
