using System.Globalization;
using Orleans.Multiplex.Chaos.Traffic;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>Runs phases one after the other under the load, and reports on each.</summary>
internal sealed class PhaseRun(ChaosCluster cluster, SteadyLoad load, TimeProvider time)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AccountsPatience = TimeSpan.FromSeconds(20);

    private readonly List<PhaseReport> _reports = [];

    public IReadOnlyList<PhaseReport> Reports => _reports;

    public async Task RunAsync(Phase phase, CancellationToken cancellationToken)
    {
        var tally = load.Go();
        var facts = await phase.ActAsync(tally, cancellationToken);
        await cluster.WaitForSilosAsync(cancellationToken);
        var seen = tally.Elapsed;
        await Task.Delay(Settle, time, cancellationToken);

        // Every request of the phase is answered before it is judged, and nobody asks while the accounts are taken.
        await load.HoldAsync();
        var silos = await SettleAccountsAsync(cancellationToken);
        var failures = tally.Failures.ToList();
        var recovered = failures.Count > 0 && failures[^1].At > seen ? failures[^1].At : seen;
        var report = new PhaseReport(
            phase.Name,
            tally.Requests,
            failures.Count,
            tally.Wrong.Count(),
            tally.P99,
            tally.Cold,
            recovered,
            silos.Sum(static silo => silo.Reserved),
            silos.Sum(static silo => silo.Ready),
            facts.Note,
            [.. facts.Broken, .. Judge(phase, facts, tally, recovered), .. JudgeAccounts(silos)]);
        _reports.Add(report);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{phase.Name}: {report.Requests} requests, {report.Failures} failures, recovered after {recovered.TotalSeconds:0.0} s. {report.Note} {string.Join(" ", report.Broken)}"));
    }

    private static IEnumerable<string> Judge(Phase phase, PhaseFacts facts, Tally tally, TimeSpan recovered) =>
    [
        .. tally.CountRightAfter(recovered) > 0 ? Array.Empty<string>() : ["Nothing was answered afterwards."],
        .. phase.FindFault(tally) is { } fault ? [fault] : Array.Empty<string>(),
        .. tally.Wrong.Take(3).Select(static answer => $"Model {answer.Model} answered wrongly: {answer.Text}"),
        .. tally.Failures.Where(one => !facts.MayFail(one.Answer, one.At)).Take(3).Select(static one => string.Create(
            CultureInfo.InvariantCulture, $"Model {one.Answer.Model} failed after {one.At.TotalSeconds:0.0} s: {(int?)one.Answer.Status} {one.Answer.Text}")),
    ];

    private IEnumerable<string> JudgeAccounts(IReadOnlyList<SiloAccount> silos) =>
    [
        .. silos.Count == cluster.Silos.Count ? Array.Empty<string>() : [$"{silos.Count} silos say what they have, of {cluster.Silos.Count}."],
        .. silos.Where(static silo => silo.Reserved != silo.Ready).Select(static silo => $"Silo '{silo.Silo}' has {silo.Reserved} places reserved for {silo.Ready} models."),
        .. cluster.FindEnded(),
    ];

    // What was under way when the load was held, as versions that are swapped, comes to its end; a reservation that belongs to nobody stays.
    private async Task<IReadOnlyList<SiloAccount>> SettleAccountsAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var silos = await cluster.ReportAsync(cancellationToken);
            if ((silos.Count == cluster.Silos.Count && silos.All(static silo => silo.Reserved == silo.Ready)) || time.GetElapsedTime(started) > AccountsPatience)
            {
                return silos;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }
}
