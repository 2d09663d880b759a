using System.Collections.Immutable;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Storage;

/// <summary>The store of models with each of its calls measured, whatever kind of store it is.</summary>
internal sealed class MeasuredStore(IModelStore store, SiloInstruments instruments, TimeProvider time) : IModelStore
{
    public string Name => store.Name;

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken) =>
        MeasureAsync("find", () => store.FindAsync(key, modelFile, cancellationToken));

    public ValueTask<ImmutableArray<ModelKey>> FindChangedAsync(ImmutableArray<ModelManifest> known, string? modelFile, CancellationToken cancellationToken) =>
        MeasureAsync("find_changed", () => store.FindChangedAsync(known, modelFile, cancellationToken));

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken) =>
        MeasureAsync("list", () => store.ListAsync(after, limit, modelFile, cancellationToken));

    public async ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        var fetched = await MeasureAsync("fetch", async () =>
        {
            await store.FetchAsync(manifest, file, target, cancellationToken);
            return file.Length;
        });
        instruments.StoreReceived.Add(fetched);
    }

    private async ValueTask<T> MeasureAsync<T>(string operation, Func<ValueTask<T>> ask)
    {
        var startedAt = time.GetTimestamp();
        var operationTag = MeterTags.Of(MeterTags.Operation, operation);
        try
        {
            var answer = await ask();
            instruments.StoreDuration.Record(time.GetElapsedTime(startedAt).TotalSeconds, operationTag);
            return answer;
        }
        catch (Exception error)
        {
            instruments.StoreDuration.Record(time.GetElapsedTime(startedAt).TotalSeconds, operationTag, MeterTags.Of(MeterTags.Error, ErrorKind.Of(error)));
            throw;
        }
    }
}
