using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Workload;

public sealed class CatalogueTests
{
    private static readonly Scenario Plain = new() { Name = "s", Silos = 1, Models = 100_000, ModelsPerSilo = 1, Requests = 1 };

    [Fact]
    public void GetBytes_MixedSizes_HaveTheMeanThatSilosAreMeasuredBy()
    {
        var catalogue = new Catalogue(Plain with { IsMixed = true }, 1);
        var bytes = Enumerable.Range(0, Plain.Models).Select(catalogue.GetBytes).ToList();

        Assert.InRange(bytes.Average(), 0.97 * Catalogue.MeanBytes, 1.03 * Catalogue.MeanBytes);
        Assert.InRange(bytes.Max() / bytes.Min(), 40, 80);
    }

    [Fact]
    public void GetBytes_EqualSizes_AreTheMean() => Assert.Equal(Catalogue.MeanBytes, new Catalogue(Plain, 1).GetBytes(5));
}
