using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>What is done to a cluster. Each phase leaves it with three silos and two gateways.</summary>
internal static class AllPhases
{
    /// <summary>A silo that was killed is noticed within this time.</summary>
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<Phase> Of(ChaosCluster cluster, ChaosPlan plan) =>
    [
        new("steady load", async token =>
        {
            await Task.Delay(plan.Settle, token);
            return "";
        }),
        RestartSilo(cluster, plan, 0),
        RestartSilo(cluster, plan, 1),
        RestartSilo(cluster, plan, 2),
        KillSilo(cluster, plan),
        KillGateway(cluster, plan),
        FreezeSilo(cluster, plan),
        new("Redis is away", token => AwayAsync(cluster.Redis.PauseAsync, plan.Outage, cluster.Redis.ResumeAsync, token)),
        new("the store is away", token => AwayAsync(cluster.Store.PauseAsync, plan.Outage, cluster.Store.ResumeAsync, token))
        {
            // What is not resident cannot be had; what is, must be.
            MayFail = static (answer, _) => answer is { Status: HttpStatusCode.ServiceUnavailable } && answer.Text.Contains("store", StringComparison.OrdinalIgnoreCase),
        },
        JoinSilo(cluster, plan),
        SwapVersions(cluster, plan),
    ];

    private static Phase RestartSilo(ChaosCluster cluster, ChaosPlan plan, int index) => new($"silo {index + 1} of 3 is restarted", async token =>
    {
        // The oldest, which is each of them in turn.
        await using var silo = cluster.Silos[0];
        cluster.Forget(silo);
        var code = await silo.StopAsync();
        await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle, token);
        return code == 0 ? "" : throw new InvalidOperationException($"{silo.Name} ended with {code}: {silo.Output}");
    });

    private static Phase KillSilo(ChaosCluster cluster, ChaosPlan plan) => new("a silo is killed", async token =>
    {
        await using var silo = cluster.Silos[0];
        cluster.Forget(silo);
        await silo.KillAsync();
        var noticed = await WaitUntilNoticedAsync(cluster, silo.SiloName, token);
        await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle, token);
        return noticed <= Detection ? Describe(noticed) : throw new InvalidOperationException($"It was noticed after {noticed} only.");
    })
    {
        MayFail = static (_, at) => at < Detection,
    };

    private static Phase KillGateway(ChaosCluster cluster, ChaosPlan plan) => new("a gateway is killed", async token =>
    {
        await using var gateway = cluster.Gateways[1];
        await gateway.KillAsync();
        await Task.Delay(plan.Settle, token);
        cluster.Forget(gateway);
        await cluster.AddGatewayAsync();
        return "";
    });

    // Evicted from the cluster meanwhile, it must not answer when it goes on, and ends.
    private static Phase FreezeSilo(ChaosCluster cluster, ChaosPlan plan)
    {
        var last = "";
        return new("a silo is frozen, and goes on", async token =>
        {
            await using var silo = cluster.Silos[0];
            var frozen = Task.Delay(plan.Freeze, token);
            await silo.FreezeAsync();
            cluster.Forget(silo);
            var noticed = await WaitUntilNoticedAsync(cluster, silo.SiloName, token);
            await frozen;
            await silo.ThawAsync();
            await silo.WhenEndedAsync();
            last = string.Join(" ", silo.Lines.TakeLast(3));
            await cluster.AddSiloAsync();
            await Task.Delay(plan.Settle, token);
            return Describe(noticed);
        })
        {
            MayFail = (_, at) => at < plan.Freeze + Detection,
            FindFault = _ => last.Contains("declared it dead", StringComparison.Ordinal) ? null : $"It ended without saying why: {last}",
        };
    }

    private static Phase JoinSilo(ChaosCluster cluster, ChaosPlan plan) => new("a fourth silo joins, and leaves", async token =>
    {
        await using var silo = await cluster.AddSiloAsync();
        await Task.Delay(plan.Settle + plan.Settle, token);
        var models = (await cluster.ReportAsync(token)).Single(one => one.Silo == silo.SiloName).Resident;
        cluster.Forget(silo);
        await silo.StopAsync();
        return models > 0 ? string.Create(CultureInfo.InvariantCulture, $"it had {models} models") : throw new InvalidOperationException("The silo that joined got no model.");
    });

    private static Phase SwapVersions(ChaosCluster cluster, ChaosPlan plan)
    {
        const int Swapped = 5;
        var version = 1;
        return new("new versions of the hottest models", async token =>
        {
            version++;
            for (var model = 1; model <= Swapped; model++)
            {
                await cluster.Bucket.PutAsync(model, version, token);
            }

            await Task.Delay(plan.Settle + TimeSpan.FromSeconds(3), token);
            return "";
        })
        {
            FindFault = tally => Enumerable.Range(1, Swapped).Where(model => !tally.GetVersions(model).Contains(version)).ToList() is [var stale, ..]
                ? $"Version {version} of model {stale} has not answered."
                : null,
        };
    }

    private static async Task<string> AwayAsync(Func<Task> goAsync, TimeSpan outage, Func<Task> comeAsync, CancellationToken cancellationToken)
    {
        await goAsync();
        await Task.Delay(outage, cancellationToken);
        await comeAsync();
        return "";
    }

    private static async Task<TimeSpan> WaitUntilNoticedAsync(ChaosCluster cluster, string silo, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        await cluster.WaitUntilGoneAsync(silo, cancellationToken);
        return since.Elapsed;
    }

    private static string Describe(TimeSpan noticed) => string.Create(CultureInfo.InvariantCulture, $"noticed after {noticed.TotalSeconds:0.0} s");
}
