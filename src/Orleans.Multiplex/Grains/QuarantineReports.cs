using System.Collections.Immutable;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Grains;

/// <summary>Quarantined versions as operators see them.</summary>
internal static class QuarantineReports
{
    public static ImmutableArray<QuarantineReport> Of(IEnumerable<QuarantineEntry> entries) =>
        [.. entries.Select(static entry => new QuarantineReport(entry.Mark.Model, entry.Mark.Version, entry.Mark.Silo, entry.Mark.At, entry.Reason))];

    /// <summary>What failed of a model, with the versions that nobody has asked for since they are quarantined.</summary>
    public static ImmutableArray<LoadFailureReport> AddTo(ImmutableArray<LoadFailureReport> failures, string model, IEnumerable<QuarantineEntry> entries) =>
    [
        .. failures,
        .. entries
            .Select(entry => (entry.Mark.Silo, new ModelLoadFailedException(model, entry.Reason).Message))
            .Where(entry => failures.All(failure => failure.Message != entry.Message))
            .Select(static entry => new LoadFailureReport(entry.Silo, nameof(ModelLoadFailedException), entry.Message, 1, TimeSpan.Zero)),
    ];
}
