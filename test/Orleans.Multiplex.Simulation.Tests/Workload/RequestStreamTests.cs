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
}
