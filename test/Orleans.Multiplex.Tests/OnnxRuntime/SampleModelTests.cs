using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>The models shipped in <c>gateway/models</c>. To write them anew, run these tests with WRITE_SAMPLE_MODELS=1.</summary>
public sealed class SampleModelTests
{
    public static TheoryData<string> Ids => [.. SampleModels.ById.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Shipped_Model_IsWhatItsGeneratorWrites(string id)
    {
        var path = Path.Combine(FindModels(), id, "model.onnx");
        if (Environment.GetEnvironmentVariable("WRITE_SAMPLE_MODELS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, SampleModels.ById[id], TestContext.Current.CancellationToken);
        }

        var shipped = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(SampleModels.ById[id], shipped);
        Assert.InRange(shipped.Length, 1, 2_047);
    }

    [Theory]
    [InlineData("1", new[] { 2f, 6, 4, -2, 0, 1 }, 3)]
    [InlineData("2", new[] { 1f, 9, 4, 1, 0, 0.25f }, 3)]
    [InlineData("3", new[] { 6f, -0.5f }, 1)]
    [InlineData("4", new[] { 3f, 2, 1, 0.5f, 0, -1 }, 3)]
    public async Task Shipped_Model_AnswersAsDocumented(string id, float[] expected, long width)
    {
        var file = await File.ReadAllBytesAsync(
            Path.Combine(FindModels(), id, "model.onnx"), TestContext.Current.CancellationToken);

        var output = await Runs.RunToTensorAsync(file, Tensor.Create("x", [1f, 3, 2, -1, 0, 0.5f], 2, 3));

        Assert.Equal([2L, width], output.Shape);
        Assert.Equal(expected, output.AsSpan<float>());
    }

    [Fact]
    public void Shipped_Folder_HasTheSamplesAndNothingElse() =>
        Assert.Equal(
            SampleModels.ById.Keys.Order(),
            Directory.GetDirectories(FindModels()).Select(folder => Path.GetFileName(folder)).Order());

    private static string FindModels()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Multiplex.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");
        }

        return Path.Combine(folder.FullName, "gateway", "models");
    }
}
