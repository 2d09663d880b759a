using System.Globalization;
using System.Net;
using Orleans.Multiplex.Chaos.Traffic;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>What is done to a cluster. Each phase leaves it with three silos and two gateways.</summary>
internal static class AllPhases
{
    /// <summary>A silo that was killed is noticed within this time.</summary>
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(10);

    /// <summary>What a request that was there takes to be sent elsewhere.</summary>
    private static readonly TimeSpan Resent = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<Phase> Of(ChaosCluster cluster, SteadyLoad load, ChaosPlan plan, TimeProvider time) =>
    [
        new("steady load", async (_, token) =>
        {
            await Task.Delay(plan.Settle, time, token);
            return new PhaseFacts();
        }),
        RestartSilo(cluster, plan, time, 0),
        RestartSilo(cluster, plan, time, 1),
        RestartSilo(cluster, plan, time, 2),
        KillSilo(cluster, plan, time),
        KillGateway(cluster, plan, time),
        FreezeSilo(cluster, plan, time),
        LoseRedis(cluster, plan, time),
        LoseStore(cluster, load, plan, time),
        JoinSilo(cluster, plan, time),
        SwapVersions(cluster, plan, time),
    ];

    // The oldest, which is each of them in turn.
    private static Phase RestartSilo(ChaosCluster cluster, ChaosPlan plan, TimeProvider time, int index) => new($"silo {index + 1} of 3 is restarted", async (_, token) =>
    {
        await using var silo = cluster.Silos[0];
        cluster.Forget(silo);
        var code = await silo.StopAsync();
        await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle, time, token);
        return new PhaseFacts { Broken = code == 0 ? [] : [$"{silo.Name} ended with {code}."] };
    });

    private static Phase KillSilo(ChaosCluster cluster, ChaosPlan plan, TimeProvider time) => new("a silo is killed", async (tally, token) =>
    {
        await using var silo = cluster.Silos[0];
        cluster.Forget(silo);
        await silo.KillAsync();
        await cluster.WaitUntilGoneAsync(silo.SiloName, token);
        var noticed = tally.Elapsed;
        await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle, time, token);
        return new PhaseFacts(Describe(noticed)) { MayFail = PhaseFacts.LostUntil(noticed + Resent), Broken = noticed <= Detection ? [] : ["It was noticed too late."] };
    });

    private static Phase KillGateway(ChaosCluster cluster, ChaosPlan plan, TimeProvider time) => new("a gateway is killed", async (_, token) =>
    {
        await using var gateway = cluster.Gateways[1];
        await gateway.KillAsync();
        await Task.Delay(plan.Settle, time, token);
        cluster.Forget(gateway);
        await cluster.AddGatewayAsync();
        return new PhaseFacts();
    });

    // Evicted from the cluster meanwhile, it must not answer when it goes on, and ends.
    private static Phase FreezeSilo(ChaosCluster cluster, ChaosPlan plan, TimeProvider time) => new("a silo is frozen, and goes on", async (tally, token) =>
    {
        await using var silo = cluster.Silos[0];
        var frozen = Task.Delay(plan.Freeze, time, token);
        await silo.FreezeAsync();
        cluster.Forget(silo);
        await cluster.WaitUntilGoneAsync(silo.SiloName, token);
        var noticed = tally.Elapsed;
        await frozen;
        await silo.ThawAsync();
        await silo.WhenEndedAsync();
        var said = silo.Lines.Any(static line => line.Contains("have declared it dead", StringComparison.Ordinal));
        await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle, time, token);
        return new PhaseFacts(Describe(noticed))
        {
            MayFail = PhaseFacts.LostUntil(noticed + Resent),
            Broken = said ? [] : [$"It ended without saying why: {string.Join(" ", silo.Lines.TakeLast(3))}"],
        };
    });

    private static Phase LoseRedis(ChaosCluster cluster, ChaosPlan plan, TimeProvider time) => new("Redis is away", async (_, token) =>
    {
        await cluster.Redis.PauseAsync();
        try
        {
            await Task.Delay(plan.Outage, time, token);
        }
        finally
        {
            await cluster.Redis.ResumeAsync();
        }

        return new PhaseFacts();
    });

    // What is not resident cannot be had, and one caller asks for that too; what is, must be.
    private static Phase LoseStore(ChaosCluster cluster, SteadyLoad load, ChaosPlan plan, TimeProvider time) => new("the store is away", async (_, token) =>
    {
        HashSet<int> resident;
        await cluster.Store.PauseAsync();
        try
        {
            resident = [.. (await cluster.ReportAsync(token)).SelectMany(static silo => silo.Models)];
            load.Only(resident);
            await Task.Delay(plan.Outage, time, token);
        }
        finally
        {
            load.Only(null);
            await cluster.Store.ResumeAsync();
        }

        return new PhaseFacts { MayFail = (answer, _) => !resident.Contains(answer.Model) && answer.Status == HttpStatusCode.ServiceUnavailable };
    });

    private static Phase JoinSilo(ChaosCluster cluster, ChaosPlan plan, TimeProvider time) => new("a fourth silo joins, and leaves", async (_, token) =>
    {
        await using var silo = await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle + plan.Settle, time, token);
        var models = (await cluster.ReportAsync(token)).FirstOrDefault(one => one.Silo == silo.SiloName)?.Ready ?? 0;
        cluster.Forget(silo);
        var code = await silo.StopAsync();
        return new PhaseFacts(string.Create(CultureInfo.InvariantCulture, $"it had {models} models"))
        {
            Broken = [.. models > 0 ? Array.Empty<string>() : ["It got no model."], .. code == 0 ? Array.Empty<string>() : [$"It ended with {code}."]],
        };
    });

    private static Phase SwapVersions(ChaosCluster cluster, ChaosPlan plan, TimeProvider time)
    {
        const int Swapped = 5;
        var version = 1;
        return new("new versions of the hottest models", async (_, token) =>
        {
            version++;
            for (var model = 1; model <= Swapped; model++)
            {
                await cluster.Bucket.PutAsync(model, version, token);
            }

            await Task.Delay(plan.Settle + TimeSpan.FromSeconds(3), time, token);
            return new PhaseFacts();
        })
        {
            FindFault = tally => Enumerable.Range(1, Swapped).Where(model => !tally.GetVersions(model).Contains(version)).ToList() is [var stale, ..]
                ? $"Version {version} of model {stale} has not answered."
                : null,
        };
    }

    private static string Describe(TimeSpan noticed) => string.Create(CultureInfo.InvariantCulture, $"noticed after {noticed.TotalSeconds:0.0} s");
}
