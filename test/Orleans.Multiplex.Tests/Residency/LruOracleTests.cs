using CsCheck;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Random requests against the real rooms and against a naive LRU of a few lines: equal load by load and victim by victim.</summary>
public sealed class LruOracleTests
{
    private static readonly Gen<(int[] Quotas, int Models, int MaxBytes, Step[] Steps)> Scenarios = Gen.Select(
        Gen.Int[1, 5].Array[1, 3],
        Gen.Int[2, 12],
        Gen.Int[12, 60],
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 11], (kind, pool, model) => new Step(kind, pool, model)).Array[200, 300]);

    [Fact]
    public Task RandomRequests_OverSeveralPools_LoadAndEvictExactlyAsTheOracle() => Scenarios.SampleAsync(PlayAsync, iter: 40, threads: 1);

    [Fact]
    public Task RandomRequests_OnAQuotaOfOne_LoadAndEvictExactlyAsTheOracle() =>
        Scenarios.Select(scenario => scenario with { Quotas = [1], MaxBytes = 1000 }).SampleAsync(PlayAsync, iter: 10, threads: 1);

    private static async Task PlayAsync((int[] Quotas, int Models, int MaxBytes, Step[] Steps) scenario)
    {
        var pools = scenario.Quotas.Select((quota, i) => new ModelPool($"{(char)('a' + i)}", quota)).ToList();
        using var silo = new TestSilo(pools, scenario.MaxBytes);
        var oracle = new Oracle(scenario.Quotas, scenario.MaxBytes);
        var residents = new Dictionary<string, Resident>();
        var inUse = new List<(ModelLease Lease, Model Model)>();
        foreach (var step in scenario.Steps)
        {
            var pool = pools[step.Pool % pools.Count];
            var index = step.Model % scenario.Models;
            var model = new Model(step.Pool % pools.Count, $"{pool.Name}{index}", index * 5 % 13);
            if (step.Kind == 9)
            {
                silo.Time.Advance(TimeSpan.FromMinutes(step.Model * step.Model));
            }
            else if (step.Kind == 8 && inUse.Count > 0)
            {
                var (lease, used) = inUse[step.Model % inUse.Count];
                inUse.RemoveAt(step.Model % inUse.Count);
                lease.Dispose();
                oracle.End(used);
            }
            else if (oracle.TryRequest(model, out var expected))
            {
                silo.Opener.Events.Clear();
                silo.Footprints.Set(pool.Name, model.Id, model.Bytes);
                var resident = silo.Enter(model.Id, pool);
                Assert.Null((await resident.WhenLoaded.Soon()).Failure);
                resident.Touch();
                await Task.WhenAll(expected.Victims.Select(victim => residents[victim].WhenGone)).Soon();

                Assert.Equal(
                    [.. expected.Victims.Select(victim => $"unload {victim}").Order(), .. expected.IsLoad ? new[] { $"open {model.Id}" } : []],
                    silo.Opener.Events.Where(one => one.Contains(' ', StringComparison.Ordinal))
                        .OrderBy(one => one.StartsWith("open", StringComparison.Ordinal)).ThenBy(one => one));
                residents[model.Id] = resident;
                var lease = new ModelLease(resident, TimeSpan.Zero, isCold: false);
                if (step.Kind < 6)
                {
                    lease.Dispose();
                    oracle.End(model);
                }
                else
                {
                    inUse.Add((lease, model));
                }
            }
        }

        inUse.ForEach(use => use.Lease.Dispose());
    }

    internal sealed record Step(int Kind, int Pool, int Model);

    private sealed record Model(int Pool, string Id, long Bytes);

    private sealed class Oracle(int[] quotas, long maxBytes)
    {
        private readonly Dictionary<string, int> _users = [];
        private List<Model> _leastRecentFirst = [];

        /// <summary>False when the request would have to wait for a model in use.</summary>
        public bool TryRequest(Model model, out (bool IsLoad, List<string> Victims) expected)
        {
            expected = (!_leastRecentFirst.Contains(model), []);
            var stay = _leastRecentFirst.Where(one => one != model).ToList();
            while (expected.IsLoad && (IsOverCount(stay, model) || stay.Sum(one => one.Bytes) + model.Bytes > maxBytes))
            {
                var isOverCount = IsOverCount(stay, model);
                var victim = stay.Find(one => !_users.ContainsKey(one.Id) && (isOverCount ? one.Pool == model.Pool : one.Bytes > 0));
                if (victim is null)
                {
                    return false;
                }

                stay.Remove(victim);
                expected.Victims.Add(victim.Id);
            }

            _leastRecentFirst = [.. stay, model];
            _users[model.Id] = _users.GetValueOrDefault(model.Id) + 1;
            return true;
        }

        public void End(Model model)
        {
            _leastRecentFirst.Remove(model);
            _leastRecentFirst.Add(model);
            if (--_users[model.Id] == 0)
            {
                _users.Remove(model.Id);
            }
        }

        private bool IsOverCount(List<Model> stay, Model model) => stay.Count(one => one.Pool == model.Pool) >= quotas[model.Pool];
    }
}
