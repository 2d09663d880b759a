using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Models that have settings of their own beside them, in the eyes of their check.</summary>
public sealed class SettingsBesideTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Prove_SettingsComeOrChange_TakesTheResultThatIsThere()
    {
        var model = TestModels.Mlp(5_000);
        await using var first = new CheckingSilo(_machine);
        var bytes = await first.ProveAsync(first.Put(_machine["m"], model));
        await first.Check.WhenKept.Soon();
        await using var second = new CheckingSilo(_machine);

        foreach (var (folder, settings) in new[] { ("n", "{}"u8.ToArray()), ("o", """{"pin":true}"""u8.ToArray()) })
        {
            Assert.Equal(bytes, await second.ProveAsync(second.Put(_machine[folder], [("model.onnx", model), ("model.json", settings)])));
        }

        Assert.Equal((1, 0), (first.Started, second.Started));
    }
}
