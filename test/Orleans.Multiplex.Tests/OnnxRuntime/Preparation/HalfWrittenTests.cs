using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>Whatever a crash leaves in the folder, it is not taken, and the next preparation replaces it.</summary>
public sealed class HalfWrittenTests
{
    public static TheoryData<string> Ways => ["nothing", "no record", "half a record", "other bytes", "text", "no file", "half a file", "other folder", "no content"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void TryRead_WhatIsNotWhole_IsNotTakenAndReplaced(string way)
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, 256, 2, "MatMul"));
        Break(way, folder.PrepareWell());
        Assert.False(PreparedModel.TryRead(folder.Target, out _));

        var model = folder.PrepareWell();

        Assert.True(PreparedModel.TryRead(folder.Target, out _));
        Assert.Equal(["key"], folder.Made);
        using var session = PreparedFolder.Open(model, model.Opening);
        Assert.Equal([1L, 256L], session.RunToTensor(Tensor.Create("x", new float[256], 1, 256)).Shape);
    }

    [Fact]
    public void Prepare_TemporaryFolderOfAProcessThatEnded_IsNotTaken()
    {
        using var folder = new PreparedFolder(TestModels.Affine(2, 1));
        var model = folder.PrepareWell();
        Directory.Move(model.Folder, $"{folder.Target}.0123.tmp");

        Assert.False(PreparedModel.TryRead(folder.Target, out _));
    }

    private static void Break(string way, PreparedModel model)
    {
        var record = Path.Combine(model.Folder, "prepared");
        switch (way)
        {
            case "nothing":
                Directory.Delete(model.Folder, recursive: true);
                Directory.CreateDirectory(model.Folder);
                break;
            case "no record":
                File.Delete(record);
                break;
            case "half a record":
                Cut(record);
                break;
            case "other bytes":
                var bytes = File.ReadAllBytes(record);
                bytes[bytes.Length / 3] ^= 1;
                File.WriteAllBytes(record, bytes);
                break;
            case "text":
                File.WriteAllText(record, "{}");
                break;
            case "no file":
                File.Delete(model.Path);
                break;
            case "half a file":
                Cut(model.Path);
                break;
            case "no content":
                (model with { Opening = Opening.Read }).Write(model.Folder);
                break;
            case "other folder":
                (model with { FileName = "../model.onnx", ContentBytes = new FileInfo(Path.Combine(model.Folder, "../model.onnx")).Length }).Write(model.Folder);
                break;
        }
    }

    private static void Cut(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length / 2);
    }
}
