using CsCheck;
using Orleans.Multiplex.Simulation.Rivals;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Rivals;

public sealed class GlobalLruTests
{
    private static readonly Scenario Plain = new() { Name = "s", Silos = 2, Models = 20, ModelsPerSilo = 3, Requests = 1 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Serve_AnyRequests_HitsWhatAPlainListWouldHave(bool isMixed)
    {
        var scenario = Plain with { IsMixed = isMixed };
        var catalogue = new Catalogue(scenario, 3);
        Gen.Int[0, 19].Array[0, 300].Sample(models =>
        {
            var lru = new GlobalLru(scenario, catalogue, 1);
            var list = new List<int>();
            foreach (var model in models)
            {
                var isHit = list.Remove(model);
                list.Add(model);
                while (list.Sum(catalogue.GetBytes) > 2 * scenario.BytesPerSilo)
                {
                    list.RemoveAt(0);
                }

                Assert.Equal(isHit, lru.Serve(new ModelRequest(TimeSpan.Zero, model, 0)));
            }
        });
    }

    [Fact]
    public void Lose_OneOfTwoSilos_HalfOfTheRoomIsGoneUntilAnotherJoins()
    {
        var lru = new GlobalLru(Plain, new Catalogue(Plain, 1), 1);
        lru.Lose(0);
        Assert.Equal([0, 0], [CountHits(lru, 4), CountHits(lru, 4)]);
        CountHits(lru, 3);
        Assert.Equal(3, CountHits(lru, 3));

        lru.Join();
        CountHits(lru, 6);
        Assert.Equal(6, CountHits(lru, 6));
    }

    private static int CountHits(GlobalLru lru, int models) => Enumerable.Range(0, models).Count(model => lru.Serve(new ModelRequest(TimeSpan.Zero, model, 0)));
}
