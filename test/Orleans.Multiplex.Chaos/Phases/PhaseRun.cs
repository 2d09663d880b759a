using System.Globalization;
using Orleans.Multiplex.Chaos.Traffic;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>Runs phases one after the other under the load, and reports on each.</summary>
internal sealed class PhaseRun(ChaosCluster cluster, SteadyLoad load, TimeProvider time)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AccountsPatience = TimeSpan.FromSeconds(20);

    private readonly List<PhaseReport> _reports = [];

    public IReadOnlyList<PhaseReport> Reports => _reports;

    public async Task RunAsync(Phase phase, CancellationToken cancellationToken)
    {
        var tally = load.Begin();
        var note = await phase.ActAsync(cancellationToken);
        await cluster.WaitForSilosAsync(cancellationToken);
        var seen = tally.Elapsed;
        await Task.Delay(Settle, time, cancellationToken);
        List<string> broken = [];
        if (phase.FindFault(tally) is { } fault)
        {
            broken.Add(fault);
        }

        // What is under way is counted with it, so that the next phase begins with nothing owed.
        load.Begin();
        var (reserved, resident) = await SettleAccountsAsync(cancellationToken);
        Judge(phase, tally, reserved, resident, broken);
        var failures = tally.Failures.ToList();
        var recovered = failures.Count > 0 && failures[^1].At > seen ? failures[^1].At : seen;
        var report = new PhaseReport(phase.Name, tally.Requests, failures.Count, tally.Wrong.Count(), tally.P99, tally.Cold, recovered, reserved, resident, note, broken);
        _reports.Add(report);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{phase.Name}: {report.Requests} requests, {report.Failures} failures, recovered after {recovered.TotalSeconds:0.0} s. {note} {string.Join(" ", broken)}"));
    }

    private static void Judge(Phase phase, Tally tally, int reserved, int resident, List<string> broken)
    {
        if (tally.Requests == 0)
        {
            broken.Add("Nothing was answered.");
        }

        broken.AddRange(tally.Wrong.Take(3).Select(static answer => $"Model {answer.Model} answered wrongly: {answer.Text}"));
        broken.AddRange(tally.Failures.Where(one => !phase.MayFail(one.Answer, one.At)).Take(3).Select(static one => string.Create(
            CultureInfo.InvariantCulture, $"Model {one.Answer.Model} failed after {one.At.TotalSeconds:0.0} s: {(int?)one.Answer.Status} {one.Answer.Text}")));
        if (reserved != resident)
        {
            broken.Add($"{reserved} places are reserved for {resident} models.");
        }
    }

    // Loads and evictions go on under the load, and the silos report one after the other; reservations that belong to nobody would stay.
    private async Task<(int Reserved, int Resident)> SettleAccountsAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var silos = await cluster.ReportAsync(cancellationToken);
            var sums = (Reserved: silos.Sum(static silo => silo.Reserved), Resident: silos.Sum(static silo => silo.Resident));
            if (silos.All(static silo => silo.Reserved == silo.Resident) || time.GetElapsedTime(started) > AccountsPatience)
            {
                return sums;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }
}
