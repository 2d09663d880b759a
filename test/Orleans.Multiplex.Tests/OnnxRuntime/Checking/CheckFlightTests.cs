using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Locks of checks that cannot be had: the model is checked without.</summary>
public sealed class CheckFlightTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enter_LockIsHeldWithoutEnd_GoesOnWithoutIt(bool isHeld)
    {
        await using var silo = new CheckingSilo(_machine);
        var contents = silo.Put(_machine["m"], TestModels.Affine(1, 1)).Contents!;
        var path = contents.GetCheckLock(contents.Version);
        using var held = isHeld ? FileLock.TryTakeForNow(path) : null;

        using var flight = await CheckFlight.EnterAsync(contents, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken).Soon();

        Assert.Null(FileLock.TryTakeForNow(path));
    }

    [Fact]
    public async Task Prove_LockCannotBeMade_IsCheckedWithoutIt()
    {
        await using var silo = new CheckingSilo(_machine);
        var artifact = silo.Put(_machine["m"], TestModels.Affine(1, 1));
        Directory.CreateDirectory(artifact.Contents!.GetCheckLock(artifact.Contents.Version));

        Assert.NotNull(await silo.ProveAsync(artifact));
    }
}
