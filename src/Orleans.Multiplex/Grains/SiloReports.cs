using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Journal;

namespace Orleans.Multiplex.Grains;

/// <summary>Makes the reports on this silo. Reads only.</summary>
/// <param name="local">This silo.</param>
/// <param name="view">What it heard of the others.</param>
/// <param name="decisions">What it decided on placement.</param>
/// <param name="journal">What happened on it.</param>
/// <param name="time">The clock.</param>
/// <param name="held">What it holds; null for a silo that holds no models by its role.</param>
/// <param name="attachments">Its grains' ties to models; null like <paramref name="held"/>.</param>
internal sealed class SiloReports(
    ILocalSiloDetails local,
    ClusterResidencyView view,
    PlacementDecisions decisions,
    SiloJournal journal,
    TimeProvider time,
    HeldReport? held = null,
    ModelAttachments? attachments = null)
{
    public async Task<SiloResidency?> ReportAsync() => held is null ? null : await held.ReportAsync();

    public SiloHistory? ReportHistory(int slots) => held?.ReportHistory(slots);

    public ModelReport ReportModel(string model)
    {
        var key = ModelKey.Parse(model);
        return new ModelReport
        {
            Model = model,
            Locations = [.. held?.Locate(key) ?? []],
            Placements =
            [
                .. decisions.Find(model).Select(one => new PlacementReport(
                    local.Name,
                    one.Age,
                    view.GetName(one.Decision.Chosen),
                    [.. one.Decision.Verdicts.Select(verdict => new CandidateReport(view.GetName(verdict.Silo), verdict.Reason))])),
            ],
            Events = journal.Find(key.Id),
            Latencies = [.. held?.ReportLatencies(key) ?? []],
            Failures =
            [
                .. (attachments?.Loose ?? [])
                    .Where(attachment => attachment.Model == model)
                    .Select(attachment => attachment.Failures.Last)
                    .OfType<LoadFailure>()
                    .Select(Describe),
            ],
        };

        LoadFailureReport Describe(LoadFailure failure)
        {
            var error = failure.ToException(model, time);
            var next = failure.GetRemaining(time);
            return new LoadFailureReport(
                local.Name, error.GetType().Name, error.Message, failure.Attempts, next > TimeSpan.Zero ? next : TimeSpan.Zero);
        }
    }
}
