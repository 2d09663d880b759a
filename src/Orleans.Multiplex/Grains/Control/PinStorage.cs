using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Telemetry;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Multiplex.Grains.Control;

/// <summary>
/// Keeps operators' pins beyond the cluster's life where the silo has a grain storage: the one named <see cref="Name"/>, else the default
/// one. Without one, reading gives nothing and writing does nothing.
/// </summary>
internal sealed partial class PinStorage(IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>The name of the grain storage, and of the state in it.</summary>
    public const string Name = "multiplex";

    private static readonly GrainId Owner = GrainId.Create("multiplex.model-control", "pins");

    /// <summary>The longest to wait for the storage.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Grains);
    private readonly IGrainStorage? _storage =
        services.GetKeyedService<IGrainStorage>(Name) ?? services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);

    private readonly GrainState<PinDocument> _state = new() { State = new PinDocument() };

    /// <summary>Reads what is kept.</summary>
    /// <exception cref="StoreUnavailableException">The storage does not answer or refuses.</exception>
    public async Task<PinTable> ReadAsync()
    {
        if (_storage is null)
        {
            return PinTable.Empty;
        }

        await CallAsync("", () => _storage.ReadStateAsync(Name, Owner, _state));
        return FromDocument(_state.State);
    }

    /// <summary>Keeps a table, and what another silo has written meanwhile. Returns both together.</summary>
    /// <exception cref="StoreUnavailableException">The storage does not answer or refuses.</exception>
    public async Task<PinTable> WriteAsync(string model, PinTable pins)
    {
        if (_storage is not null)
        {
            await CallAsync(model, async () => pins = await WriteAsync(_storage, pins));
        }

        return pins;
    }

    private async Task<PinTable> WriteAsync(IGrainStorage storage, PinTable pins)
    {
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                _state.State = ToDocument(pins);
                await storage.WriteStateAsync(Name, Owner, _state);
                return pins;
            }
            catch (InconsistentStateException) when (attempts < 3)
            {
                await storage.ReadStateAsync(Name, Owner, _state);
                pins = pins.Merge(FromDocument(_state.State));
            }
        }
    }

    // What is stored is data: a name that is none would end up with every silo.
    private PinTable FromDocument(PinDocument? document)
    {
        var marks = ImmutableDictionary.CreateBuilder<string, PinMark>(StringComparer.Ordinal);
        foreach (var mark in document?.Marks ?? [])
        {
            if (ModelKey.TryParse(mark.Model, out _, out var fault))
            {
                marks[mark.Model] = new PinMark(mark.Stamp, mark.IsPinned);
            }
            else
            {
                LogPassedOver(fault);
            }
        }

        return new PinTable(marks.ToImmutable());
    }

    private static PinDocument ToDocument(PinTable pins) => new()
    {
        Marks = [.. pins.Marks.OrderBy(static mark => mark.Key, StringComparer.Ordinal).Select(static mark => new PinDocument.Mark { Model = mark.Key, Stamp = mark.Value.Stamp, IsPinned = mark.Value.IsPinned })],
    };

    private async Task CallAsync(string model, Func<Task> call)
    {
        try
        {
            await call().WaitAsync(Patience, time);
        }
#pragma warning disable CA1031 // Whatever a storage throws, its caller gets an error that may cross the cluster.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new StoreUnavailableException(model, $"the grain storage that keeps the pins failed ({error.GetType().Name}).", TimeSpan.FromSeconds(1));
        }
    }

    [LoggerMessage(LogEvents.GrainIds + 24, LogLevel.Error, "A pin in the grain storage names no model and is passed over: {Fault}")]
    private partial void LogPassedOver(string fault);
}
