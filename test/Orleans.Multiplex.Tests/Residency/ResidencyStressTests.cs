using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Many users, few places: uses overlap loads and evictions of all kinds.</summary>
public sealed class ResidencyStressTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    [InlineData(3, 12)]
    public async Task Uses_BesideLoadsAndEvictions_NeverMeetADisposedModelNorExceedTheQuota(int quota, int models)
    {
        using var silo = new TestSilo(quota);
        var (live, mostLive) = (0, 0);
        var made = new List<TrackedModel>();
        silo.Opener.Open = (artifact, _) =>
        {
            lock (made)
            {
                mostLive = Math.Max(mostLive, ++live);
                made.Add(new TrackedModel(artifact.Id, onDispose: OnDispose));
                return Task.FromResult<object>(made[^1]);
            }
        };

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                var id = $"m{(worker * 31 + i * 17) % models}";
                var resident = silo.Enter(id);
                var outcome = await resident.WhenLoaded;
                if (outcome.Failure is not null)
                {
                    // Ended by an eviction of the load; its waiters try again.
                    Assert.Equal(LoadFailureKind.Unloaded, outcome.Failure);
                    resident.Gate.Leave();
                    continue;
                }

                using (var lease = new ModelLease(resident, TimeSpan.Zero, isCold: false))
                {
                    var model = (TrackedModel)lease.Model;
                    Assert.Equal((id, 0), (model.Id, model.Disposals));
                    await Task.Yield();
                    Assert.Equal(0, model.Disposals);
                }

                if (i % 40 == worker)
                {
                    _ = silo.Evictions.EvictAsync(resident, EvictionReason.Operator);
                }
            }
        }))).Soon();
        await Task.WhenAll(silo.Ledger.Snapshot().Select(resident => silo.Evictions.EvictAsync(resident, EvictionReason.Shutdown))).Soon();

        Assert.All(made, model => Assert.Equal(1, model.Disposals));
        Assert.InRange(mostLive, 1, quota);
        Assert.Equal((0, 0, 0L, false), (live, silo.Charged, silo.Pool.Models.Leaving, silo.Quota.HasWaiting));

        Task OnDispose()
        {
            lock (made)
            {
                live--;
            }

            return Task.CompletedTask;
        }
    }
}
