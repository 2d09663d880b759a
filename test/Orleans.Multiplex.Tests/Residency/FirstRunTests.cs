using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class FirstRunTests
{
    private int _admitted;
    private Exception? _refusal;

    [Fact]
    public async Task Begin_Many_AdmitsOneOnly()
    {
        var first = Make();

        var begun = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => first.BeginAsync(CancellationToken.None).AsTask())));

        Assert.Single(begun, static one => one is not null);
        Assert.Equal(1, _admitted);
    }

    [Fact]
    public async Task Begin_Refused_TheNextOneAsksAgain()
    {
        var first = Make();
        _refusal = new ModelLoadFailedException("m", "it is quarantined");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => first.BeginAsync(CancellationToken.None).AsTask());
        _refusal = null;

        Assert.NotNull(await first.BeginAsync(CancellationToken.None));
    }

    private FirstRun Make() => new(_ =>
    {
        Interlocked.Increment(ref _admitted);
        return _refusal is null ? new(new Admission()) : throw _refusal;
    });

    private sealed class Admission : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
