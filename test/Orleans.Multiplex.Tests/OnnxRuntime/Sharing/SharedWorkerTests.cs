using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Multiplex.OnnxRuntime.Sharing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Sharing;

/// <summary>Silos of one machine that share one worker, which is a real process.</summary>
public sealed class SharedWorkerTests : IAsyncLifetime
{
    private static readonly JobLimits Limits = new(TimeSpan.FromMinutes(10), 1L << 30);

    private readonly TemporaryFolder _machine = new();
    private CheckingSilo _host = null!;
    private CheckingSilo _guest = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await StartAsync();
        _guest = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _guest.DisposeAsync();
        await _host.DisposeAsync();
        _machine.Dispose();
    }

    [Fact]
    public async Task Prove_OnHostAndGuest_StartsOneProcess()
    {
        Assert.NotNull(await _host.ProveAsync(Put(_host, "first", TestModels.Affine(1, 1))));
        Assert.NotNull(await _guest.ProveAsync(Put(_guest, "second", TestModels.Affine(2, 1))));

        Assert.Equal((WorkerPart.Host, WorkerPart.Guest), (_host.Shared.Part, _guest.Shared.Part));
        Assert.Equal((1, 0), (_host.Started, _guest.Started));
    }

    [Fact]
    public async Task Prove_GuestsModelThatEndsTheProcess_IsRefusedByItsSignalAndKept()
    {
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => _guest.ProveAsync(Put(_guest, "crash", HostileModels.Crash())));
        await _guest.Check.WhenKept.Soon();
        var again = await Assert.ThrowsAsync<ModelLoadFailedException>(() => _host.ProveAsync(Put(_host, "same", HostileModels.Crash())));

        Assert.StartsWith("it ended the process that tried it (signal 6), while it ran on made-up inputs.", error.Reason, StringComparison.Ordinal);
        Assert.Equal(error.Reason, again.Reason);
        Assert.NotNull(await _guest.ProveAsync(Put(_guest, "good", TestModels.Affine(1, 1))));
        Assert.Equal((2, 0), (_host.Started, _guest.Started));
    }

    [Fact]
    public async Task Prove_GuestsModelThatIsBroken_IsRefusedInTheWordsOfOnnxRuntime()
    {
        var broken = HostileModels.Broken().Single(static model => model.Name == "unknown operator").File;

        var there = await Assert.ThrowsAsync<ModelLoadFailedException>(() => _host.ProveAsync(Put(_host, "there", broken)));
        var here = await Assert.ThrowsAsync<ModelLoadFailedException>(() => _guest.ProveAsync(Put(_guest, "here", broken)));

        Assert.Equal(there.Reason, here.Reason);
    }

    [Fact]
    public async Task Prove_HostStopsMeanwhile_IsTriedAgainByTheGuestAndGetsItsVerdict()
    {
        await using var patient = await StartAsync(TimeSpan.FromSeconds(3));
        var proving = patient.ProveAsync(Put(patient, "endless", HostileModels.EndlessLoop()));
        await WhenAsync(_host, WorkerState.Running);

        await _guest.DisposeAsync();
        await _host.DisposeAsync();

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => proving);
        Assert.StartsWith("a run on made-up inputs did not end within 3 s.", error.Reason, StringComparison.Ordinal);
        Assert.Contains("A check is done again, since it was lost: the silo that has the worker has gone.", patient.Log.Messages);
        Assert.Equal(WorkerPart.Host, patient.Shared.Part);
    }

    [Fact]
    public async Task Guest_HostHasGone_HasAProcessBeforeItIsAskedForAnything()
    {
        await _host.DisposeAsync();

        await _guest.Log.WhenLogged("Started worker process");
        Assert.NotNull(await _guest.ProveAsync(Put(_guest, "good", TestModels.Affine(1, 1))));

        Assert.Equal((WorkerPart.Host, 1), (_guest.Shared.Part, _guest.Started));
    }

    [Fact]
    public async Task Prepare_OfTheGuest_IsDoneByTheHostsProcess()
    {
        var end = await _guest.Shared.PrepareAsync(Preparation(TestModels.Mlp(200_000)), Limits, TestContext.Current.CancellationToken).Soon();

        Assert.Equal((JobOutcome.Answered, WorkerStep.Prepared), (end.Outcome, end.Answer!.Step));
        Assert.True(Directory.Exists(_machine["made"]));
        Assert.Equal(0, _guest.Started);
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("gone")]
    [InlineData("host checks")]
    [InlineData("guest checks")]
    public async Task Prepare_OfTheGuest_EndsEarly(string cause)
    {
        using var cancel = new CancellationTokenSource();
        var preparing = _guest.Shared.PrepareAsync(Preparation(HostileModels.EndlessLoop()), Limits, cancel.Token);
        await WhenAsync(_host, WorkerState.Preparing);

        await (cause switch
        {
            "cancelled" => cancel.CancelAsync(),
            "gone" => _guest.DisposeAsync().AsTask(),
            "host checks" => _host.ProveAsync(Put(_host, "good", TestModels.Affine(1, 1))),
            _ => _guest.ProveAsync(Put(_guest, "good", TestModels.Affine(1, 1))),
        });

        if (cause == "gone")
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => preparing);
        }
        else
        {
            var end = await preparing.Soon();
            Assert.Equal((JobOutcome.Answered, WorkerStep.Interrupted), (end.Outcome, end.Answer!.Step));
        }

        await WhenAsync(() => _host.Worker.Process?.State != WorkerState.Preparing);
        Assert.Equal(0, _guest.Started);
    }

    [Fact]
    public async Task Prove_GuestGoesMeanwhile_GoesOnToItsEnd()
    {
        var proving = _guest.ProveAsync(Put(_guest, "endless", HostileModels.EndlessLoop()));
        await WhenAsync(_host, WorkerState.Running);
        var process = _host.Worker.Process!;

        await _guest.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proving);

        // Who comes next has it step aside, as any other one; it was not ended.
        Assert.NotNull(await _host.ProveAsync(Put(_host, "good", TestModels.Affine(1, 1))));
        Assert.Equal((WorkerState.Running, 2), (process.State, _host.Started));
    }

    [Fact]
    public async Task Prove_SameContentOnTwoSilosAtOnce_IsCheckedByOneOfThem()
    {
        // Each has a worker of its own, so that it can be told who has checked.
        await using var one = new CheckingSilo(_machine);
        await using var other = new CheckingSilo(_machine);
        var model = TestModels.Mlp(5_000);

        var bytes = await Task.WhenAll(
            one.ProveAsync(Put(one, "one", model)), other.ProveAsync(Put(other, "other", model)), one.ProveAsync(Put(one, "third", model)));

        Assert.Single(bytes.Distinct());
        Assert.Equal(1, one.Started + other.Started);
        Assert.Empty(Directory.EnumerateFiles(one.Cache.Checking));
    }

    [Fact]
    public async Task Prove_WorkerOfTheHostIsKilled_IsTriedOnceMoreInTheNext()
    {
        var proving = _guest.ProveAsync(Put(_guest, "endless", HostileModels.EndlessLoop()));
        await WhenAsync(_host, WorkerState.Running);
        using (var process = Process.GetProcessById(_host.Worker.Process!.Id))
        {
            process.Kill();
        }

        await _guest.Log.WhenLogged("The worker process was ended from outside (signal 9) while it tried model 'm', which is tried once more.");
        await WhenAsync(_host, WorkerState.Running, 2);
        Assert.False(proving.IsCompleted);
    }

    private static Task WhenAsync(CheckingSilo silo, WorkerState state, int started = 1) =>
        WhenAsync(() => silo.Started >= started && silo.Worker.Process?.State == state);

    private static async Task WhenAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    private async Task<CheckingSilo> StartAsync(TimeSpan? timeout = null)
    {
        var silo = new CheckingSilo(_machine, timeout, shares: true);
        silo.Shared.Start();
        await WhenAsync(() => silo.Shared.Part != WorkerPart.None);
        return silo;
    }

    private ModelArtifact Put(CheckingSilo silo, string name, byte[] model) => silo.Put(_machine[name], model);

    private WorkerJob Preparation(byte[] model)
    {
        var path = Path.Combine(Directory.CreateDirectory(_machine["original"]).FullName, "model.onnx");
        File.WriteAllBytes(path, model);
        return new WorkerJob(0, JobKind.Prepare, path, ImmutableArray<string>.Empty, _machine["made"], RunSeconds: 600);
    }
}
