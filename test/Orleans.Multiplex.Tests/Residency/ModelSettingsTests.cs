using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>What a model's own settings make of a request and of a silo's limits.</summary>
public sealed class ModelSettingsTests
{
    [Theory]
    [InlineData(null, 0, 0)]
    [InlineData(2, 0, 2)]
    [InlineData(2, -1, 2)]
    [InlineData(2, 5, 5)]
    [InlineData(2, 1, 1)]
    public void Prioritize_RequestBringsOne_ItsOwnCounts(int? own, int brought, int expected)
    {
        var request = new InferenceRequest([Tensor.Create("x", [1f])], ["y"], TimeSpan.FromSeconds(3), brought);

        var prioritized = new ModelSettings { Priority = own }.Prioritize(request);

        Assert.Equal((expected, request.Timeout), (prioritized.Priority, prioritized.Timeout));
        Assert.Equal((request.Inputs, request.Outputs), (prioritized.Inputs, prioritized.Outputs));
    }

    [Fact]
    public void BatchLimits_OfAModel_AreItsOwnWhereItHasThem()
    {
        var silos = new BatchLimits(32, TimeSpan.FromMilliseconds(2));

        Assert.Same(silos, silos.Of(ModelSettings.None));
        Assert.Equal(silos with { MaxRows = 64 }, silos.Of(new ModelSettings { MaxBatchSize = 64 }));
        Assert.Equal(silos with { MaxDelay = TimeSpan.Zero }, silos.Of(new ModelSettings { MaxQueueDelay = TimeSpan.Zero }));
    }
}
