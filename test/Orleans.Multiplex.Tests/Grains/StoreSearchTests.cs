using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

/// <summary>A store that does not answer.</summary>
public sealed class StoreSearchTests : IDisposable
{
    private readonly TestSilo _silo = new();
    private readonly LoadFailureKind[] _remembered = new LoadFailureKind[1];

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Find_StoreNeverAnswers_FailsInTheTimeOfALoadAndMayBeAskedAgain()
    {
        var search = Search();
        var finding = search.FindAsync();
        await _silo.Time.NextTimerAsync(new LoadOptions().Timeout);
        Assert.True(search.IsUnderWay);

        _silo.Time.Advance(new LoadOptions().Timeout);

        Assert.Equal(LoadFailureKind.StoreUnavailable, (await finding.Soon()).Failure!.Kind);
        Assert.Contains("Multiplex:Load:Timeout", (await finding).Failure!.Message, StringComparison.Ordinal);
        Assert.Equal((false, LoadFailureKind.StoreUnavailable), (search.IsUnderWay, _remembered[0]));
    }

    [Fact]
    public async Task Find_SiloStops_EndsAtOnce()
    {
        var finding = Search().FindAsync();

        _silo.Loader.Stop();

        Assert.Equal(LoadFailureKind.Unloaded, (await finding.Soon()).Failure!.Kind);
    }

    private StoreSearch Search() => new(_silo.Pool, ModelKey.Parse("m"), _silo.Loader, _silo.Time, new DeafOpener(), outcome =>
    {
        _remembered[0] = outcome.Failure!.Value;
        return new LoadFailure(outcome.Failure.Value, outcome.Message, 1, _silo.Time.GetTimestamp());
    });

    private sealed class DeafOpener : IModelOpener
    {
        public async ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken)
        {
            await new TaskCompletionSource().Task;
            return null;
        }

        public ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ModelMemory> EstimateAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ModelMemory?> MeasureAsync(object model, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
