using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry.Journal;

namespace Orleans.Multiplex.Grains;

/// <inheritdoc cref="IResidencyExchange"/>
[Reentrant]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed class ResidencyExchange(GrainId id, Silo silo, ILoggerFactory loggers, IServiceProvider services)
    : GrainService(id, silo, loggers), IResidencyExchange
{
    private readonly ClusterResidencyView _view = services.GetRequiredService<ClusterResidencyView>();
    private readonly KnownFootprints _footprints = services.GetRequiredService<KnownFootprints>();
    private readonly ResidencyChannel _channel = services.GetRequiredService<ResidencyChannel>();
    private readonly ResidencyPublisher? _publisher = services.GetService<ResidencyPublisher>();
    private readonly SiloReports _reports = services.GetRequiredService<SiloReports>();
    private readonly SiloModels _models = services.GetRequiredService<SiloModels>();
    private readonly StoreInquiry _store = services.GetRequiredService<StoreInquiry>();
    private readonly PinnedModels _pins = services.GetRequiredService<PinnedModels>();
    private readonly QuarantinedModels _quarantine = services.GetRequiredService<QuarantinedModels>();
    private readonly KeptQuarantine? _kept = services.GetService<KeptQuarantine>();
    private readonly SiloJournal _journal = services.GetRequiredService<SiloJournal>();
    private readonly SiloStatistics? _statistics = services.GetService<SiloStatistics>();

    public Task PublishAsync(SiloRow row)
    {
        // Silos come seldom; that is when those that went are forgotten, on silos too that publish nothing themselves.
        if (_view.Find(row.Silo) is null)
        {
            _channel.Retain(row.Silo);
        }

        _view.Update(row);
        _footprints.Learn(row.Footprints);
        _pins.Take(row.Pins ?? PinTable.Empty);
        _quarantine.Take(row.Quarantine ?? QuarantineTable.Empty);
        return Task.CompletedTask;
    }

    public Task<SiloRow?> GetRowAsync() => Task.FromResult(_publisher?.GetRow());

    public Task AnnounceAsync(ImmutableArray<ModelNews> ended)
    {
        _channel.TakeIn(ended);
        return Task.CompletedTask;
    }

    public Task<long?> FindHeldAsync(string pool, ModelKey key) => Task.FromResult(_models.FindHeld(pool, key));

    public Task<ImmutableArray<ModelNews>> GetUnattachedAsync() => Task.FromResult(_models.GetUnattached());

    public Task<SiloResidency?> ReportAsync() => _reports.ReportAsync();

    public Task<ModelReport> ReportModelAsync(string model) => Task.FromResult(_reports.ReportModel(model));

    public Task TakePinsAsync(PinTable pins)
    {
        _pins.Take(pins);
        return Task.CompletedTask;
    }

    public Task<PinTable> GetPinsAsync() => Task.FromResult(_pins.Table);

    public Task<bool> UnloadAsync(ModelKey key) => _models.UnloadAsync(key);

    public Task<ModelListing[]?> ListModelsAsync(string? after, int limit) => _store.ListAsync(after, limit);

    public Task<ImmutableArray<ModelStateRow>> GetStatesAsync(ImmutableArray<ModelListing> models) => Task.FromResult(_models.GetStates(models));

    public Task<ModelDescription?> DescribeAsync(ModelKey key) => _store.DescribeAsync(key);

    public Task<ModelListing?> FindAsync(ModelKey key) => _store.FindAsync(key);

    public Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? model) => Task.FromResult(_statistics?.Report(model) ?? []);

    public Task ConfirmAsync(SiloRow row) => PublishAsync(row);

    public Task TakeQuarantineAsync(QuarantineTable table)
    {
        _quarantine.Take(table);
        return _kept?.WhenKept ?? Task.CompletedTask;
    }

    public Task<QuarantineTable> GetQuarantineAsync() => Task.FromResult(_quarantine.Table);

    public Task<HandOverAnswer> TakeOverAsync(HandedModel model) =>
        services.GetService<ModelReception>()?.TakeAsync(model) ?? Task.FromResult(HandOverAnswer.NoRoom);

    public Task<ImmutableArray<CopyMeasure?>> MeetCopiesAsync(ImmutableArray<CopyList> copies) =>
        Task.FromResult(services.GetService<CopyHost>()?.Meet(copies) ?? [.. copies.Select(static _ => (CopyMeasure?)null)]);

    public Task DropCopyAsync(string model, SiloAddress decider)
    {
        services.GetService<CopyHost>()?.Drop(model, decider);
        return Task.CompletedTask;
    }

    public Task<JournalPage> ReadJournalAsync(long? after, int limit) => Task.FromResult(_journal.Read(after, limit));

    public Task<SiloHistory?> GetHistoryAsync(int slots) => Task.FromResult(_reports.ReportHistory(slots));

    public Task DrainAsync()
    {
        services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        return Task.CompletedTask;
    }
}
