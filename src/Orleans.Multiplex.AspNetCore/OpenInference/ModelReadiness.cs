using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Whether a request to a model would be answered now, after a load if need be: it is resident, or in the store and no failure of it is
/// remembered, and the cluster takes requests. Asking neither places, loads nor uses it.
/// </summary>
internal sealed class ModelReadiness(IMultiplexClient client, ReadinessProbe probe)
{
    /// <summary>The header, and the metadata, that says what the model is.</summary>
    public const string StateHeader = "x-multiplex-state";

    /// <summary>What it says of a model that there is not.</summary>
    public const string Unknown = "unknown";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>What a model is.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    public async Task<Answer> AskAsync(ModelKey model, CancellationToken cancellationToken)
    {
        var report = await client.GetModelAsync(model.ToString(), cancellationToken);
        var (version, fault) = await FindAsync(model, report, cancellationToken);
        var states = report.Locations.Where(location => location.Resident.Version == version).Select(static location => location.Resident.State).ToList();
        var failing = fault ?? report.Failures
            .Where(static failure => failure.NextTry > TimeSpan.Zero)
            .Select(static failure => new ErrorReport(StatusCodes.Status503ServiceUnavailable, failure.Message, failure.NextTry))
            .FirstOrDefault();
        var draining = await probe.FindFaultAsync(cancellationToken) is { } reason
            ? new ErrorReport(StatusCodes.Status503ServiceUnavailable, reason, RetryAfter)
            : null;
        return states.Contains(ResidentState.Ready)
            ? new Answer("ready", draining)
            : new Answer(failing is not null ? "failing" : states.Exists(static state => state < ResidentState.Ready) ? "loading" : "available", draining ?? failing);
    }

    // A model that was taken out of the store while it is resident still answers.
    private async Task<(long Version, ErrorReport? Fault)> FindAsync(ModelKey model, ModelReport report, CancellationToken cancellationToken)
    {
        try
        {
            return ((await client.DescribeAsync(model.ToString(), cancellationToken)).Version, null);
        }
        catch (ModelLoadingException)
        {
            // It is there, and nothing more of it is known.
            return (FindVersion(model, report), null);
        }
        catch (MultiplexException error) when (error is not InvalidModelIdException
            && (error is not ModelNotFoundException || report.Locations.Any(static location => location.Resident.State == ResidentState.Ready)))
        {
            return (FindVersion(model, report), new ErrorReport(StatusCodes.Status503ServiceUnavailable, error.Message, error.RetryAfter ?? RetryAfter));
        }
    }

    private static long FindVersion(ModelKey model, ModelReport report) =>
        model.Version ?? report.Locations.Select(static location => location.Resident.Version).DefaultIfEmpty().Max();

    /// <summary>What a model is.</summary>
    /// <param name="State"><c>ready</c>: resident. <c>loading</c>. <c>available</c>: in the store. <c>failing</c>: it cannot be loaded now.</param>
    /// <param name="Fault">Why a request would not be answered; null when it would.</param>
    internal sealed record Answer(string State, ErrorReport? Fault);
}
