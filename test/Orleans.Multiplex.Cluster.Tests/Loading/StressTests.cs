using System.Security.Cryptography;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Many callers, few places, all kinds of calls, and callers that go away: no model is disposed in use, and nobody gets another's answer.</summary>
public sealed class StressTests
{
    private const int Callers = 24;
    private const int CallsOfEach = 60;
    private const int Models = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Calls_OverlappingEvictionsAndAborts_GetTheirOwnAnswersFromLiveModels(int quota)
    {
        await using var cluster = await TestCluster.StartAsync(
            silos: 2,
            configure: options =>
            {
                options.Pools["Fake"] = new() { MaxModelsPerSilo = quota };
                options.RequestTimeout = TimeSpan.FromSeconds(10); // Ends the enumerations whose callers are gone without a word.
            });
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue - Callers);
        TestContext.Current.SendDiagnosticMessage($"Seed {seed}, quota {quota}.");
        cluster.Gates.Open("open");
        var (answers, aborted) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            for (var i = 0; i < CallsOfEach; i++)
            {
                var id = $"m{random.Next(Models)}";
                var grain = caller % 3 == 2 ? cluster.Grain(id) : cluster.GrainFrom<IFakeGrain>(caller % 3, id);
                var call = new OneCall(cluster, grain, id, random.Next(5), $"{caller}.{i}");
                var aborts = random.Next(8) == 0;
                if (await call.IsAnsweredAsync(aborts))
                {
                    Interlocked.Increment(ref answers);
                }
                else
                {
                    Assert.True(aborts, $"{call} ended as cancelled (seed {seed}).");
                    Interlocked.Increment(ref aborted);
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(90), Waiting.Token);

        Assert.Equal(Callers * CallsOfEach, answers + aborted);
        Assert.InRange(answers, Callers * CallsOfEach * 3 / 4, Callers * CallsOfEach);
        for (var silo = 0; silo < 2; silo++)
        {
            var events = cluster.Models(silo).Events.All;
            Assert.DoesNotContain(events, one => one.Contains("disposed", StringComparison.Ordinal) || one.Contains("after", StringComparison.Ordinal));
            Assert.InRange(cluster.Models(silo).MaxLive, 1, quota);
            await BecomesQuietAsync(cluster, silo, seed);
        }
    }

    // Loads that nobody waits for any more go on to their end; afterwards what is charged is what is resident, and nobody uses it.
    private static Task BecomesQuietAsync(TestCluster cluster, int silo, int seed) => Waiting.UntilAsync(
        () => cluster.Residents(silo) is var residents
            && residents.All(resident => resident is { State: ResidentState.Ready, Gate.Users: 0 })
            && cluster.Charged(silo) == residents.Count
            && cluster.Models(silo).Live == residents.Count,
        () => $"Seed {seed}, silo {silo}: {cluster.Charged(silo)} charged, {cluster.Models(silo).Live} live, "
            + string.Join(", ", cluster.Residents(silo).Select(resident => $"{resident.Name} {resident.State} used by {resident.Gate.Users}")));

    /// <summary>A call of one of five kinds, of which each answer bears the model's id.</summary>
    private sealed class OneCall(TestCluster cluster, IFakeGrain grain, string id, int kind, string name)
    {
        /// <summary>Makes the call. False when it ended as cancelled.</summary>
        public async Task<bool> IsAnsweredAsync(bool aborts)
        {
            using var caller = CancellationTokenSource.CreateLinkedTokenSource(Waiting.Token);
            try
            {
                var call = CallAsync(caller.Token);
                if (aborts)
                {
                    await caller.CancelAsync();
                }

                await call;
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            finally
            {
                cluster.Gates.Open(name);
            }
        }

        public override string ToString() => $"Call {name} of kind {kind} to {id}";

        private async Task CallAsync(CancellationToken cancellationToken)
        {
            switch (kind)
            {
                case 0:
                    Assert.Equal(id, await grain.CallAsync(cancellationToken));
                    break;
                case 1:
                    var waits = grain.WaitAsync(name, cancellationToken);
                    await Task.WhenAny(cluster.Gates.WaitForArrivalAsync(name), waits);
                    cluster.Gates.Open(name);
                    Assert.Equal(id, await waits);
                    break;
                case 2:
                    var parts = (await grain.DescribeThreadAsync(cancellationToken)).Split(' ');
                    Assert.Equal((id, id), (parts[0], parts[^1]));
                    break;
                case 3:
                    Assert.Equal($"{id}>>{id}", await grain.ReadContextAsync(null, flow: false, cancellationToken));
                    break;
                default:
                    var elements = new List<string>();
                    await foreach (var element in grain.StreamAsync(3, "open", cancellationToken).WithCancellation(cancellationToken))
                    {
                        elements.Add(element);
                    }

                    Assert.Equal([$"{id}:0", $"{id}:1", $"{id}:2"], elements);
                    break;
            }
        }
    }
}
