using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Models that a real worker process tries before the silo opens them.</summary>
public sealed class ModelCheckTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(2_000)]
    [InlineData(200_000)]
    public async Task Prove_GoodModel_MeasuresWhatItsFileLetsExpect(int weights)
    {
        await using var silo = new CheckingSilo(_machine);
        var artifact = silo.Put(_machine["m"], TestModels.Mlp(weights));
        var estimate = await ModelOnDisk.InspectAsync(TestModels.Mlp(weights));

        var bytes = await silo.ProveAsync(artifact);

        // The estimate is an upper bound of the model itself; a run on one row needs some kilobytes beside it.
        Assert.InRange(bytes!.Value, Math.Max(weights * sizeof(float), 20_000), estimate.EstimatedBytes + (512 * 1024));
        Assert.Equal(bytes, (await silo.Backend.InspectAsync(artifact, TestContext.Current.CancellationToken)).EstimatedBytes);
    }

    [Fact]
    public async Task Prove_WeightsInAnotherFile_AreToldApartWhereTheyStayMapped()
    {
        await using var silo = new CheckingSilo(_machine);
        const int Rows = 1_000_000;
        var artifact = silo.Put(_machine["m"], [(CheckingSilo.ModelFile, TestModels.TableInAnotherFile(Rows, "weights.bin")), ("weights.bin", new byte[Rows * sizeof(float)])]);

        var heap = await silo.ProveAsync(artifact);
        var facts = await silo.Backend.InspectAsync(artifact, TestContext.Current.CancellationToken);

        Assert.InRange(heap!.Value, 10_000, 1_000_000);
        Assert.InRange(facts.MappedBytes, Rows * sizeof(float), (Rows * sizeof(float)) + 8192);
        Assert.Equal(heap, facts.EstimatedBytes);
    }

    [Fact]
    public async Task Prove_WeightsThatTheFileDoesNotHold_AreMeasured()
    {
        await using var silo = new CheckingSilo(_machine);

        // Four million numbers out of a file of a hundred bytes, which are folded into a weight.
        var bytes = await silo.ProveAsync(silo.Put(_machine["m"], HostileModels.ConstantOfShape(4 << 20)));

        Assert.InRange(bytes!.Value, 16L << 20, 64L << 20);
    }

    [Fact]
    public async Task Prove_SameContentOnAnotherSilo_TakesTheResultThatIsThere()
    {
        await using var first = new CheckingSilo(_machine);
        var bytes = await first.ProveAsync(first.Put(_machine["m"], TestModels.Mlp(5_000)));
        await first.Check.WhenKept.Soon();
        await using var second = new CheckingSilo(_machine);
        var elsewhere = second.Put(_machine["n"], TestModels.Mlp(5_000));

        Assert.Equal(bytes, (await second.Backend.InspectAsync(elsewhere, TestContext.Current.CancellationToken)).EstimatedBytes);
        Assert.Equal(bytes, await second.ProveAsync(elsewhere));

        Assert.Equal((1, 0), (first.Started, second.Started));
    }

    [Fact]
    public async Task Prove_FileThatEndsItsProcess_IsRefusedAndTriedByNoSiloAgain()
    {
        await using var first = new CheckingSilo(_machine);
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => first.ProveAsync(first.Put(_machine["m"], HostileModels.Crash())));
        await first.Check.WhenKept.Soon();
        await using var second = new CheckingSilo(_machine);

        var again = await Assert.ThrowsAsync<ModelLoadFailedException>(() => second.ProveAsync(second.Put(_machine["n"], HostileModels.Crash())));

        Assert.StartsWith("it ended the process that tried it (signal 6), while it ran on made-up inputs.", error.Reason, StringComparison.Ordinal);
        Assert.Contains("Multiplex:Models:Trusted=true", error.Reason, StringComparison.Ordinal);
        Assert.Equal((error.Reason, 0), (again.Reason, second.Started));
        Assert.NotNull(await first.ProveAsync(first.Put(_machine["good"], TestModels.Affine(1, 1))));
        Assert.Equal(2, first.Started);
    }

    [Fact]
    public async Task Prove_ModelWithoutEnd_IsRefusedAndTriedAgainByWhoAllowsMoreTime()
    {
        await using var first = new CheckingSilo(_machine, Short);
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => first.ProveAsync(first.Put(_machine["m"], HostileModels.EndlessLoop())));
        await first.Check.WhenKept.Soon();
        await using var same = new CheckingSilo(_machine, Short);
        await using var patient = new CheckingSilo(_machine, Short * 1.5);

        await Assert.ThrowsAsync<ModelLoadFailedException>(() => same.ProveAsync(same.Put(_machine["m"], HostileModels.EndlessLoop())));
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => patient.ProveAsync(patient.Put(_machine["m"], HostileModels.EndlessLoop())));

        Assert.StartsWith("a run on made-up inputs did not end within 1 s. If it is only slow, raise Multiplex:Models:CheckTimeout.", error.Reason, StringComparison.Ordinal);
        Assert.Equal(0, same.Started);
        Assert.True(patient.Started > 0);
    }

    [Fact]
    public async Task Prove_ModelThatTakesAllMemory_IsRefusedForGood()
    {
        await using var silo = new CheckingSilo(_machine);

        // Twelve gigabytes, of a size that is known in a run alone.
        var error = await Assert.ThrowsAsync<NoCapacityException>(() => silo.ProveAsync(silo.Put(_machine["m"], HostileModels.RunTimeBomb(3L << 30))));

        Assert.True(error.IsPermanent);
        Assert.Contains("in the process that tried it, while it ran on made-up inputs; the silo may hold 64MiB in all", error.Message, StringComparison.Ordinal);
        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["good"], TestModels.Affine(1, 1))));
    }

    [Fact]
    public async Task Prove_BrokenFile_IsRefusedInTheWordsOfOnnxRuntimeAndNotKept()
    {
        await using var silo = new CheckingSilo(_machine);
        var broken = HostileModels.Broken().Single(static model => model.Name == "unknown operator").File;

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => silo.ProveAsync(silo.Put(_machine["m"], broken)));
        var opened = await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.OpenAsync(broken));

        Assert.Equal(opened.Reason, error.Reason);
        Assert.Empty(Directory.EnumerateFileSystemEntries(silo.Cache.AllMade));
    }

    [Fact]
    public async Task Prove_ModelThatTakesNoMadeUpInputs_Passes()
    {
        await using var silo = new CheckingSilo(_machine);

        // More elements than are ever made up.
        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["m"], TestModels.Identity(TensorType.Float32, 1 << 26))));
    }

    [Fact]
    public async Task Prove_WorkerEndedFromOutside_IsTriedOnceMoreThenFails()
    {
        await using var silo = new CheckingSilo(_machine);
        var artifact = silo.Put(_machine["m"], HostileModels.EndlessLoop());

        var proving = silo.ProveAsync(artifact);
        await KillWhileItRunsAsync(silo, 1);
        await silo.Log.WhenLogged("The worker process was ended from outside (signal 9) while it tried model 'm', which is tried once more.");
        Assert.False(proving.IsCompleted);
        await KillWhileItRunsAsync(silo, 2);
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => proving);

        Assert.Contains("was ended from outside, again and again (signal 9)", error.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(silo.Cache.AllMade));
        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["good"], TestModels.Affine(1, 1))));
    }

    [Fact]
    public async Task Prove_DigestThatIsNotKnownYet_IsNotWaitedForAndTheResultFollowsIt()
    {
        await using var silo = new CheckingSilo(_machine);
        var known = new TaskCompletionSource<ImmutableDictionary<string, string>?>();
        ImmutableDictionary<string, string>? digests = null;
        var artifact = silo.Put(_machine["m"], [(CheckingSilo.ModelFile, TestModels.Mlp(5_000))], there =>
        {
            digests = there;
            return known.Task;
        });

        var bytes = await silo.ProveAsync(artifact);
        Assert.Empty(Directory.EnumerateFileSystemEntries(silo.Cache.AllMade));
        Assert.Equal((bytes, 1), (await silo.ProveAsync(artifact), silo.Started));
        known.SetResult(digests);
        await silo.Check.WhenKept.Soon();

        await using var other = new CheckingSilo(_machine);
        Assert.Equal((bytes, 0), (await other.ProveAsync(other.Put(_machine["n"], TestModels.Mlp(5_000))), other.Started));
    }

    [Fact]
    public async Task Prove_ManyAtOnceOnTwoSilos_AreMeasuredOneAtATime()
    {
        await using var one = new CheckingSilo(_machine);
        await using var two = new CheckingSilo(_machine);

        var proving = Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : two) is var silo
            ? silo.ProveAsync(silo.Put(_machine[$"{i}"], TestModels.Mlp(100_000 + (i / 4 * 100_000))))
            : throw new UnreachableException()).ToList();
        var bytes = await Task.WhenAll(proving);

        // Measured beside another model, one would have the bytes of both: twice as many. What the heap keeps of the one before may add to its own.
        Assert.All(bytes[..4], static found => Assert.InRange(found!.Value, 400_000, 780_000));
        Assert.All(bytes[4..], static found => Assert.InRange(found!.Value, 800_000, 1_190_000));
    }

    [Fact]
    public async Task Dispose_WhileAModelIsTried_EndsTheProcess()
    {
        var silo = new CheckingSilo(_machine);
        var proving = silo.ProveAsync(silo.Put(_machine["m"], HostileModels.EndlessLoop()));
        using var process = Process.GetProcessById(await WhenRunningAsync(silo, 1));

        await silo.DisposeAsync();

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).Soon();
        await Assert.ThrowsAnyAsync<Exception>(() => proving);
    }

    /// <summary>What the first load of a content waits for its check, on a machine that does nothing else.</summary>
    [Theory(Explicit = true)]
    [InlineData(2_400, false)]
    [InlineData(2_400, true)]
    [InlineData(25_000_000, false)]
    [InlineData(25_000_000, true)]
    public async Task Prove_NewContent_TakesNoLongerThanAPlainLoadAndAMoment(int weights, bool isGuest)
    {
        await using var host = new CheckingSilo(_machine, quotaBytes: 1L << 30, shares: true);
        await host.ProveAsync(host.Put(_machine["before"], TestModels.Mlp(2_000)));
        await using var guest = new CheckingSilo(_machine, quotaBytes: 1L << 30, shares: true);
        var silo = isGuest ? guest : host;
        await silo.ProveAsync(silo.Put(_machine["first"], TestModels.Mlp(1_000)));
        List<double> plain = [];
        List<double> tried = [];
        for (var i = 0; i < 7; i++)
        {
            var artifact = silo.Put(_machine[$"{i}"], TestModels.Mlp(weights + (32 * i)));
            plain.Add(await MeasureAsync(OpenAsync));
            tried.Add(await MeasureAsync(async () =>
            {
                await silo.ProveAsync(artifact);
                await OpenAsync();
            }));

            async Task OpenAsync()
            {
                using var session = await silo.Backend.OpenAsync(artifact, TestContext.Current.CancellationToken);
                session.RunToTensor(Tensor.Create("x", new float[16], 1, 16));
            }
        }

        var (open, both) = (plain.Order().ElementAt(3), tried.Order().ElementAt(3));
        TestContext.Current.TestOutputHelper!.WriteLine($"{weights * 4 / 1000} KB, {(isGuest ? "guest" : "host")}: plain {open:0.0} ms, tried and opened {both:0.0} ms");
        Assert.InRange(both, 0, (2 * open) + 20);
    }

    private static async Task<double> MeasureAsync(Func<Task> action)
    {
        var since = TimeProvider.System.GetTimestamp();
        await action();
        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }

    // As a system short of memory does: the worker is the first to go.
    [Fact]
    public async Task Prove_WorkerEndedWhileItHadNothingToDo_IsDoneByTheNextOne()
    {
        await using var silo = new CheckingSilo(_machine);
        await silo.ProveAsync(silo.Put(_machine["first"], TestModels.Affine(2, 1)));
        using (var process = Process.GetProcessById(silo.Worker.Process!.Id))
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["second"], TestModels.Affine(3, 1))));
        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["third"], TestModels.Affine(4, 1))));
        Assert.Equal(2, silo.Started);
    }

    private static async Task KillWhileItRunsAsync(CheckingSilo silo, int process)
    {
        using var found = Process.GetProcessById(await WhenRunningAsync(silo, process));
        found.Kill();
    }

    private static async Task<int> WhenRunningAsync(CheckingSilo silo, int process)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (silo.Started < process || silo.Worker.Process?.State != WorkerState.Running)
        {
            await look.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return silo.Worker.Process!.Id;
    }
}
