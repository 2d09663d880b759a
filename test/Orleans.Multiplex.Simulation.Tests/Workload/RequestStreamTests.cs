using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Workload;

public sealed class RequestStreamTests
{
    private static readonly Scenario Plain = new() { Name = "s", Silos = 10, Models = 1000, ModelsPerSilo = 10, Requests = 50_000 };

    [Fact]
    public void Of_TheSameSeed_IsTheSameStreamAndAnotherIsNot()
    {
        var scenario = Plain with { CrowdShare = 0.1, Day = TimeSpan.FromMinutes(10), IsMixed = true };

        Assert.Equal(RequestStream.Of(scenario, 1), RequestStream.Of(scenario, 1));
        Assert.NotEqual(RequestStream.Of(scenario, 1), RequestStream.Of(scenario, 2));
    }

    [Fact]
    public void Of_AScenario_TakesItsTime()
    {
        var requests = RequestStream.Of(Plain, 1).ToList();

        Assert.InRange(requests[^1].At / Plain.Length, 0.98, 1.02);
        Assert.All(requests, request => Assert.InRange(request.Model, 0, Plain.Models - 1));
        Assert.Equal(requests.OrderBy(request => request.At), requests);
    }

    [Fact]
    public void Of_NoDrift_EveryRankIsAModelOfItsOwn() => Assert.Equal(
        Plain.Models, RequestStream.Of(Plain with { Requests = 300_000, Exponent = 0.6 }, 1).Select(request => request.Model).Distinct().Count());

    [Fact]
    public void Of_ADay_OtherModelsArePopularByNight()
    {
        var scenario = Plain with { Day = Plain.Length };
        var parts = RequestStream.Of(scenario, 1).GroupBy(request => (int)(10 * (request.At / scenario.Length))).ToDictionary(part => part.Key, MostPopular);

        Assert.Equal(parts[0], parts[9]);
        Assert.NotEqual(parts[0], parts[5]);
    }

    [Fact]
    public void Of_Crowds_OneModelAfterTheOtherDrawsItsShare()
    {
        var scenario = Plain with { CrowdShare = 0.3 };
        var crowds = RequestStream.Of(scenario, 1)
            .GroupBy(request => (int)(request.At / scenario.CrowdEvery))
            .Where(part => part.Count() > 1000)
            .Select(part => part.Where(request => request.At - (part.Key * scenario.CrowdEvery) is var since && since > scenario.CrowdEvery / 10 && since < scenario.CrowdEvery * 0.4))
            .Select(crowd => (Model: MostPopular(crowd), Share: (double)crowd.CountBy(request => request.Model).Max(one => one.Value) / crowd.Count()))
            .ToList();

        Assert.True(crowds.DistinctBy(crowd => crowd.Model).Count() > crowds.Count / 2);
        Assert.True(crowds.Count(crowd => crowd.Share > 0.25) > crowds.Count * 3 / 4);
    }

    private static int MostPopular(IEnumerable<ModelRequest> requests) => requests.CountBy(request => request.Model).MaxBy(one => one.Value).Key;

    [Fact]
    public void Of_AHeat_HotModelsHaveTheirShareMeanwhileAndOthersComeAsOften()
    {
        var heat = new Heat(2, 0.8, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200), 2, TimeSpan.FromMilliseconds(50));
        var scenario = new Scenario { Name = "hot", Silos = 1, Models = 50, ModelsPerSilo = 2, Requests = 3000, RequestsPerSecondAndSilo = 10, Heat = heat };
        var requests = RequestStream.Of(scenario, 1).ToList();
        var meanwhile = requests.Where(one => one.At >= heat.From && one.At < heat.Until).ToList();

        Assert.Equal(3000, requests.Count(one => one.Model < scenario.Models));
        Assert.InRange((double)meanwhile.Count(one => one.Model >= scenario.Models) / meanwhile.Count, 0.78, 0.82);
        Assert.InRange(meanwhile.Count(one => one.Model < scenario.Models), 900, 1100);
        Assert.All(requests, one => Assert.InRange(one.Model, 0, scenario.AllModels - 1));
    }
}
