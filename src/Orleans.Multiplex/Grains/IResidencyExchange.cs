using System.Collections.Immutable;
using Orleans.Concurrency;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry.Journal;
using Orleans.Services;

namespace Orleans.Multiplex.Grains;

/// <summary>What silos tell and ask each other. One on every silo, addressed by silo.</summary>
[Alias("multiplex.IResidencyExchange")]
internal interface IResidencyExchange : IGrainService
{
    /// <summary>Takes in what another silo holds.</summary>
    [OneWay, AlwaysInterleave, Alias("Publish")]
    Task PublishAsync(SiloRow row);

    /// <summary>What this silo would publish now; null when it holds no models by its role.</summary>
    [AlwaysInterleave, Alias("GetRow")]
    Task<SiloRow?> GetRowAsync();

    /// <summary>Takes ended activations out of the address cache, and notes where their models stay, or are no longer.</summary>
    [OneWay, AlwaysInterleave, Alias("Announce")]
    Task AnnounceAsync(ImmutableArray<ModelNews> ended);

    /// <summary>The version of a model that is here or being loaded, and is to stay: the newest, where the key names none. Null when there is none.</summary>
    [AlwaysInterleave, Alias("FindHeld")]
    Task<long?> FindHeldAsync(string pool, ModelKey key);

    /// <summary>The models that are ready here without an activation.</summary>
    [AlwaysInterleave, Alias("GetUnattached")]
    Task<ImmutableArray<ModelNews>> GetUnattachedAsync();

    /// <summary>What this silo holds; null when it holds no models by its role.</summary>
    [AlwaysInterleave, Alias("Report")]
    Task<SiloResidency?> ReportAsync();

    /// <summary>What this silo knows of a model.</summary>
    [AlwaysInterleave, Alias("ReportModel")]
    Task<ModelReport> ReportModelAsync(string model);

    /// <summary>Takes in the pins that operators have made.</summary>
    [AlwaysInterleave, Alias("TakePins")]
    Task TakePinsAsync(PinTable pins);

    /// <summary>The pins that operators have made, as this silo knows them.</summary>
    [AlwaysInterleave, Alias("GetPins")]
    Task<PinTable> GetPinsAsync();

    /// <summary>Unloads a model of the store, in all the versions that the key stands for, and says whether it was here.</summary>
    /// <exception cref="ModelPinnedException">It is pinned here; nothing was unloaded here.</exception>
    [AlwaysInterleave, Alias("Unload")]
    Task<bool> UnloadAsync(ModelKey key);

    /// <summary>The next models of the store; null when this silo has no store.</summary>
    [AlwaysInterleave, Alias("ListModels")]
    Task<ModelListing[]?> ListModelsAsync(string? after, int limit);

    /// <summary>What this silo knows of models of the store that are here, or were.</summary>
    [AlwaysInterleave, Alias("GetStates")]
    Task<ImmutableArray<ModelStateRow>> GetStatesAsync(ImmutableArray<ModelListing> models);

    /// <summary>What the store says of a model; null when this silo has no store.</summary>
    [AlwaysInterleave, Alias("Describe")]
    Task<ModelDescription?> DescribeAsync(ModelKey key);

    /// <summary>The model under a key and the versions of it that the store has; null when this silo has no store.</summary>
    [AlwaysInterleave, Alias("Find")]
    Task<ModelListing?> FindAsync(ModelKey key);

    /// <summary>What this silo has counted of a model of the store, or of all where none is named; nothing when it holds no models by its role.</summary>
    [AlwaysInterleave, Alias("GetStatistics")]
    Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? model);

    /// <summary>Takes in what another silo holds, and answers when it has.</summary>
    [AlwaysInterleave, Alias("Confirm")]
    Task ConfirmAsync(SiloRow row);

    /// <summary>Takes in which versions are quarantined, and which are no longer, and answers when that is kept on this silo's machine.</summary>
    [AlwaysInterleave, Alias("TakeQuarantine")]
    Task TakeQuarantineAsync(QuarantineTable table);

    /// <summary>Which versions are quarantined, as this silo knows it.</summary>
    [AlwaysInterleave, Alias("GetQuarantine")]
    Task<QuarantineTable> GetQuarantineAsync();

    /// <summary>Takes a model of the store over from another silo, and answers when it is ready here or cannot be.</summary>
    [AlwaysInterleave, Alias("TakeOver"), ResponseTimeout("00:10:00")]
    Task<HandOverAnswer> TakeOverAsync(HandedModel model);

    /// <summary>Tells where models are of which this silo has copies, and asks how those do; null for one that is not here.</summary>
    [AlwaysInterleave, Alias("MeetCopies")]
    Task<ImmutableArray<CopyMeasure?>> MeetCopiesAsync(ImmutableArray<CopyList> copies);

    /// <summary>Has this silo drop its copy of a model, if it is the caller that decides on it.</summary>
    [OneWay, AlwaysInterleave, Alias("DropCopy")]
    Task DropCopyAsync(string model, SiloAddress decider);

    /// <summary>What has happened on this silo: after a place in its journal, or the last of it.</summary>
    [AlwaysInterleave, Alias("ReadJournal")]
    Task<JournalPage> ReadJournalAsync(long? after, int limit);

    /// <summary>What this silo has counted of late; null when it holds no models by its role.</summary>
    [AlwaysInterleave, Alias("GetHistory")]
    Task<SiloHistory?> GetHistoryAsync(int slots);

    /// <summary>Has this silo's host stop, which drains it first.</summary>
    [AlwaysInterleave, Alias("Drain")]
    Task DrainAsync();
}
