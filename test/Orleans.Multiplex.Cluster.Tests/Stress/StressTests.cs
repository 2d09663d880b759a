using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>
/// Many callers, few places: uses of all kinds overlap evictions, and some callers go away. Each answer carries its model's name.
/// </summary>
public sealed class StressTests(ITestOutputHelper output)
{
    private static readonly ConcurrentQueue<string> Lat = new();
    private const int Models = 12;
    private const int Callers = 24;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task Calls_OfAllKindsOverlappingEvictions_AnswerRightAndLeaveNothingBehind(int quota, int silos)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("MULTIPLEX_SEED") ?? "20261123", CultureInfo.InvariantCulture);
        output.WriteLine($"MULTIPLEX_SEED={seed}");
        await using var cluster = await TestCluster.StartAsync(silos, configure: options =>
        {
            options.Pools["Fake"] = new() { MaxModelsPerSilo = quota };
            options.Load.DrainPatience = TimeSpan.FromMilliseconds(20);
        });
        cluster.Gates.Open("open");
        using var end = new CancellationTokenSource(Duration);
        var faults = new ConcurrentQueue<string>();
        long answers = 0;
        long cancelled = 0;

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            while (!end.IsCancellationRequested)
            {
                try
                {
                    if (await CallAsync(cluster, silos, random) is { } fault)
                    {
                        faults.Enqueue(fault);
                    }

                    Interlocked.Increment(ref answers);
                }
                catch (CallerWentAwayException)
                {
                    Interlocked.Increment(ref cancelled);
                }
#pragma warning disable CA1031 // Each kind of error is a finding.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    faults.Enqueue($"{error.GetType().Name}: {error.Message}");
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60), Waiting.Token);

        await File.AppendAllLinesAsync("/tmp/lat.log", Lat, Waiting.Token); Lat.Clear();
        await File.WriteAllLinesAsync($"/tmp/slog{quota}.log", cluster.Log.All, Waiting.Token);
        output.WriteLine($"{answers} answers, {cancelled} cancelled, {cluster.CountEvents("load")} loads");
        Assert.True(faults.IsEmpty, $"seed {seed}: {string.Join("; ", faults.GroupBy(fault => fault).Select(group => $"{group.Count()} × {group.Key}"))}");
        Assert.True(answers > 1000);
        for (var silo = 0; silo < silos; silo++)
        {
            await CheckAtRestAsync(cluster, silo, quota);
        }
    }

    // Charges of activations that nobody calls, as a late cancellation brings about, end by themselves within seconds.
    private static async Task CheckAtRestAsync(TestCluster cluster, int silo, int quota)
    {
        await Waiting.UntilAsync(() => cluster.Charged(silo) == cluster.Resident(silo).Count()
            && cluster.Residents(silo).All(resident => resident is { State: ResidentState.Ready, Gate.Users: 0 }));
        var host = cluster.Models(silo);
        var events = host.Events.All;
        Assert.DoesNotContain(events, one => one.StartsWith("disposed", StringComparison.Ordinal) || one.StartsWith("used", StringComparison.Ordinal));
        var (loads, unloads) = (events.Count(one => one.StartsWith("load", StringComparison.Ordinal)), events.Count(one => one.StartsWith("unload", StringComparison.Ordinal)));
        Assert.Equal(cluster.Resident(silo).Count(), loads - unloads);
        Assert.Equal(cluster.Resident(silo).Count(), host.Live);
        Assert.InRange(host.MaxLive, 1, quota);
        Assert.Equal(0, cluster.Get<SiloQuota>(silo).ChargedBytes);
    }

    private static async Task<string?> CallAsync(TestCluster cluster, int silos, Random random)
    {
        // A few models are asked for more often than the others.
        var id = $"m{Math.Min(random.Next(Models), random.Next(Models))}";
        var from = random.Next(silos + 1);
        var grain = from == silos ? cluster.Grain(id) : cluster.GrainFrom<IFakeGrain>(from, id);
        using var caller = new CancellationTokenSource();
        var goesAway = Environment.GetEnvironmentVariable("AWAY") is null && random.Next(8) == 0;
        var kinds = Environment.GetEnvironmentVariable("KINDS") ?? "01234"; var kind = kinds[random.Next(kinds.Length)] - '0'; var t0 = TimeProvider.System.GetTimestamp(); var call = UseAsync(grain, kind, caller.Token);
        if (goesAway)
        {
            await Task.Yield();
            await caller.CancelAsync();
        }

        try
        {
            var answer = await call;
            Lat.Enqueue($"{kind} {goesAway} {TimeProvider.System.GetElapsedTime(t0).TotalMilliseconds:0.0}");
            return answer == id ? null : $"asked {id}, answered {answer}";
        }
        catch (OperationCanceledException) when (goesAway)
        {
            throw new CallerWentAwayException();
        }
    }

    private static async Task<string> UseAsync(IFakeGrain grain, int kind, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case 0:
                return await grain.CallAsync(cancellationToken);
            case 1:
                return await grain.WaitAsync("open", cancellationToken);
            case 2:
                return (await grain.DescribeThreadAsync(cancellationToken)).Split(' ') is [var model, _, var id] && model == id ? id : "mixed";
            case 3:
                return await grain.ReadContextAsync(null, flow: true, cancellationToken) is var seen && seen.Split('>').Distinct().Count() == 1
                    ? seen.Split('>')[0]
                    : seen;
            default:
                var elements = new List<string>();
                await foreach (var element in grain.StreamAsync(3, "open", cancellationToken))
                {
                    elements.Add(element);
                }

                return elements.Select(element => element.Split(':')[0]).Distinct().Single();
        }
    }

    private sealed class CallerWentAwayException : Exception;
}
