using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class ExternalDataTests
{
    public static TheoryData<string> Places => [.. HostileModels.ExternalDataPlaces];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task OpenAndInspect_DataInAnotherFile_AreRefusedWhereverTheyAreAskedFor(string place)
    {
        using var model = new ModelOnDisk(HostileModels.ExternalData(place, "weights.bin"));
        await File.WriteAllBytesAsync(
            Path.Combine(Path.GetDirectoryName(model.Path)!, "weights.bin"), new byte[4], TestContext.Current.CancellationToken);

        var opened = await Assert.ThrowsAsync<ModelLoadFailedException>(
            async () => await ModelOnDisk.Backend.OpenAsync(model.Artifact, TestContext.Current.CancellationToken));
        var inspected = await Assert.ThrowsAsync<ModelLoadFailedException>(
            async () => await ModelOnDisk.Backend.InspectAsync(model.Artifact, TestContext.Current.CancellationToken));

        Assert.Equal("a tensor in it has its data in another file, which is refused. Save the model with its data inside.", opened.Reason);
        Assert.Equal(opened.Reason, inspected.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SessionSettings_DataInAnotherFile_IsNotFoundEvenIfTheFileWasNotChecked(bool byPath)
    {
        using var model = new ModelOnDisk(HostileModels.ExternalData("initializer", "weights.bin"));
        await File.WriteAllBytesAsync(
            Path.Combine(Path.GetDirectoryName(model.Path)!, "weights.bin"), new byte[4], TestContext.Current.CancellationToken);
        NativeEnvironment.Start(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var settings = SessionSettings.Create(1000);

        var error = Assert.Throws<Microsoft.ML.OnnxRuntime.OnnxRuntimeException>(() => byPath
            ? new Microsoft.ML.OnnxRuntime.InferenceSession(model.Path, settings)
            : new Microsoft.ML.OnnxRuntime.InferenceSession(File.ReadAllBytes(model.Path), settings));

        Assert.Contains("external-data-is-refused", error.Message, StringComparison.Ordinal);
    }
}
