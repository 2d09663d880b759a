using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class RunTimesTests
{
    [Fact]
    public async Task Run_Ends_SaysWhereItsTimeWent()
    {
        using var session = await ModelOnDisk.OpenAsync(SampleModels.ById["1"]);
        var request = new InferenceRequest([Tensor.Create("x", new float[30_000], 10_000, 3)]);
        session.Check(request);

        var times = session.Run(request, TestContext.Current.CancellationToken).Times;

        Assert.True(times.Input > TimeSpan.Zero, $"{times}");
        Assert.True(times.Infer > TimeSpan.Zero, $"{times}");
        Assert.True(times.Output > TimeSpan.Zero, $"{times}");
    }
}
