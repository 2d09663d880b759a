using CsCheck;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class LruEvictionPolicyTests : IDisposable
{
    private readonly TestSilo _silo = new();

    public void Dispose() => _silo.Dispose();

    [Fact]
    public void Peek_UsedSinceItWasAdded_IsTheOneNotUsed()
    {
        var (a, b) = (_silo.Reside("a"), _silo.Reside("b"));
        Assert.Same(a, _silo.Pool.Lru.Peek());

        a.Touch();

        Assert.Same(b, _silo.Pool.Lru.Peek());
        Assert.Equal(2, _silo.Pool.Lru.Count);
    }

    [Fact]
    public void Peek_NotReadyAnyMore_IsForgotten()
    {
        var (a, b) = (_silo.Reside("a"), _silo.Reside("b"));
        a.TryBeginDraining();

        Assert.Same(b, _silo.Pool.Lru.Peek());
        Assert.Equal(1, _silo.Pool.Lru.Count);
    }

    [Fact]
    public void TakeVictim_NoneAccepted_AllKeepTheirPlaces()
    {
        var models = new[] { _silo.Reside("a"), _silo.Reside("b"), _silo.Reside("c") };
        var asked = new List<Resident>();

        Assert.Null(LruEvictionPolicy.TakeVictim([_silo.Pool], resident =>
        {
            asked.Add(resident);
            return false;
        }));

        Assert.Equal(models, asked);
        Assert.Same(models[0], _silo.Pool.Lru.Peek());
        Assert.Equal(3, _silo.Pool.Lru.Count);
    }

    [Fact]
    public void AnyUses_TakingAll_GivesThemInOrderOfLastUse() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 19].Array[0, 80]).Sample((poolCount, uses) =>
        {
            var pools = Enumerable.Range(0, poolCount).Select(i => new ModelPool($"{i}", ModelPool.Unlimited)).ToList();
            using var silo = new TestSilo(pools);
            var naive = Enumerable.Range(0, 20).Select(i => silo.Reside($"{i}", pool: pools[i % poolCount])).ToList();
            foreach (var use in uses)
            {
                var used = naive.Single(resident => resident.Key.ModelId == $"{use}");
                used.Touch();
                naive.Remove(used);
                naive.Add(used);
                if (use % 3 == 0)
                {
                    pools[use % poolCount].Lru.Peek();
                }
            }

            var taken = Enumerable.Range(0, 20).Select(_ => LruEvictionPolicy.TakeVictim(pools, _ => true)).ToList();

            Assert.Equal(naive.Cast<Resident?>(), taken);
            Assert.Null(LruEvictionPolicy.TakeVictim(pools, _ => true));
        }, iter: 50, threads: 1);
}
