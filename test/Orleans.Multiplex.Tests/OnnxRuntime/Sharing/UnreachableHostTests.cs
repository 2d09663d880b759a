using System.IO.Pipes;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.OnnxRuntime.Sharing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Sharing;

/// <summary>Hosts that cannot be reached, do not answer, or hear what they must not.</summary>
public sealed class UnreachableHostTests : IDisposable
{
    private const string Alone = "This silo has a worker process of its own, since it cannot reach the silo that has the one of this machine: ";

    private static readonly JobLimits Limits = new(TimeSpan.FromSeconds(60), 1L << 30);

    private readonly TemporaryFolder _machine = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prove_HostIsNotReached_IsDoneByAWorkerOfItsOwnUntilItIs(bool isConnected)
    {
        await using var silo = new CheckingSilo(_machine, shares: true, time: _time);
        await using var pipe = isConnected ? CreateServer(silo) : null;
        using (FileLock.TryTake(silo.Place.GetLock(), create: true))
        {
            // A frozen one is connected to, and says nothing.
            Assert.NotNull(await PassAsync(silo.ProveAsync(silo.Put(_machine["first"], TestModels.Affine(1, 1)))));
            Assert.NotNull(await PassAsync(silo.ProveAsync(silo.Put(_machine["second"], TestModels.Affine(2, 1)))));
            Assert.Equal(WorkerPart.Alone, silo.Shared.Part);

            // It looks again, and says nothing new of it.
            _time.Advance(PartRule.AlonePause);
            Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["third"], TestModels.Affine(3, 1))));
            await PassAsync(Task.Delay(TimeSpan.FromSeconds(3), _time, TestContext.Current.CancellationToken));
        }

        Assert.Single(silo.Log.Messages, static message => message.StartsWith(Alone, StringComparison.Ordinal));
        _time.Advance(PartRule.AlonePause);
        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["fourth"], TestModels.Affine(4, 1))));
        await WhenPartAsync(silo, WorkerPart.Host);
        Assert.Equal(1, silo.Started);
    }

    [Fact]
    public async Task Prove_SystemDoesNotLetItConnect_IsDoneByAWorkerOfItsOwn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes are no sockets there.");
        await using var silo = new CheckingSilo(_machine, shares: true, time: _time);
        var socket = Path.Combine(Path.GetTempPath(), $"CoreFxPipe_{silo.Place.PipeName}");
        File.CreateSymbolicLink(socket, socket);
        try
        {
            using (FileLock.TryTake(silo.Place.GetLock(), create: true))
            {
                Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["first"], TestModels.Affine(1, 1))));
                Assert.Equal(WorkerPart.Alone, silo.Shared.Part);
            }
        }
        finally
        {
            File.Delete(socket);
        }
    }

    [Fact]
    public async Task Alone_HostIsReachedLater_ItsOwnProcessEnds()
    {
        await using var silo = new CheckingSilo(_machine, shares: true, time: _time);
        using (FileLock.TryTake(silo.Place.GetLock(), create: true))
        {
            await PassAsync(silo.ProveAsync(silo.Put(_machine["first"], TestModels.Affine(1, 1))));
        }

        await using var host = new CheckingSilo(_machine, shares: true);
        await host.ProveAsync(host.Put(_machine["second"], TestModels.Affine(2, 1)));
        _time.Advance(PartRule.AlonePause);
        Assert.NotNull(await silo.ProveAsync(silo.Put(_machine["third"], TestModels.Affine(3, 1))));

        await WhenPartAsync(silo, WorkerPart.Guest);
        while (silo.Worker.Process is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Guest_HostFallsSilent_ItsJobsAreLost()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var pipe = CreateServer(silo);
        var (lines, guest) = await ConnectAsync(silo, pipe);
        using (guest)
        {
            var running = guest.RunAsync(new WorkerJob(0, JobKind.Check, "m", []), Limits, TestContext.Current.CancellationToken);
            Assert.Equal("m", (await lines.ReadAsync(SharingJson.Default.GuestLine, TestContext.Current.CancellationToken).Soon())!.Job!.Path);
            _time.Advance(GuestPipe.SilencePatience / 2);
            Assert.False(running.IsCompleted);
            var end = await PassAsync(running);

            Assert.Equal((JobOutcome.Lost, "the silo that has the worker does not answer"), (end!.Outcome, end.Reason));
            Assert.True(guest.WhenLost.IsCompleted);
        }
    }

    [Fact]
    public async Task Guest_MoreJobsThanTheHostTakes_WaitUntilOthersHaveEnded()
    {
        await using var silo = new CheckingSilo(_machine);
        await using var pipe = CreateServer(silo);
        var (lines, guest) = await ConnectAsync(silo, pipe);
        using (guest)
        {
            using var cancel = new CancellationTokenSource();
            var first = Enumerable.Range(0, GuestPipe.MaxUnderWay).Select(_ => CheckAsync()).ToList();
            var waiting = guest.RunAsync(new WorkerJob(0, JobKind.Prepare, "m", []), Limits, cancel.Token);
            var last = CheckAsync();
            for (var i = 0; i < GuestPipe.MaxUnderWay; i++)
            {
                Assert.NotNull(await lines.ReadAsync(SharingJson.Default.GuestLine, TestContext.Current.CancellationToken).Soon());
            }

            // The host would hear of its end.
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
            await lines.SendAsync(PipeLines.Write(new HostLine(1, new JobEnd(JobOutcome.Died, WorkerState.Running)), SharingJson.Default.HostLine)!, TestContext.Current.CancellationToken);
            Assert.Equal(GuestPipe.MaxUnderWay + 2, (await lines.ReadAsync(SharingJson.Default.GuestLine, TestContext.Current.CancellationToken).Soon())!.Id);

            await pipe.DisposeAsync();
            Assert.All(await Task.WhenAll(first[1..]).Soon(), static end => Assert.Equal(JobOutcome.Lost, end!.Outcome));
            Assert.Equal((JobOutcome.Died, JobOutcome.Lost), ((await first[0])!.Outcome, (await last.Soon())!.Outcome));
        }

        Task<JobEnd?> CheckAsync() => guest.RunAsync(new WorkerJob(0, JobKind.Check, "m", []), Limits, CancellationToken.None);
    }

    // It would be taken for a good model's.
    [Theory]
    [InlineData("""{"Id":1,"End":{"Outcome":"Answered"}}""")]
    [InlineData("""{"Id":1,"End":{"Outcome":"Answered","Answer":{"Id":1,"Step":"Interrupted"}}}""")]
    [InlineData("what")]
    public async Task Guest_HostSaysWhatItMustNot_ItsJobsAreLost(string words)
    {
        await using var silo = new CheckingSilo(_machine);
        await using var pipe = CreateServer(silo);
        var (lines, guest) = await ConnectAsync(silo, pipe);
        using (guest)
        {
            var running = guest.RunAsync(new WorkerJob(0, JobKind.Check, "m", []), Limits, TestContext.Current.CancellationToken);
            await lines.ReadAsync(SharingJson.Default.GuestLine, TestContext.Current.CancellationToken).Soon();

            await lines.SendAsync(Encoding.UTF8.GetBytes($"{words}\n"), TestContext.Current.CancellationToken);

            Assert.Equal(JobOutcome.Lost, (await running.Soon())!.Outcome);
        }
    }

    [Theory]
    [InlineData("hello\n")]
    [InlineData("null\n")]
    [InlineData("""{"Id":1,"Job":{"Id":0,"Kind":"Check","Path":null},"Limits":{"Time":"00:00:01","Bytes":1}}""" + "\n")]
    [InlineData("""{"Id":1,"Job":{"Id":0,"Kind":"Check","Path":"x"}}""" + "\n")]
    [InlineData("""{"Id":1,"Job":{"Id":0,"Kind":"Interrupt","Path":"x"},"Limits":{"Time":"00:00:01","Bytes":1}}""" + "\n")]
    [InlineData("""{"Id":1,"Job":{"Id":0,"Kind":77,"Path":"x"},"Limits":{"Time":"00:00:01","Bytes":1}}""" + "\n")]
    [InlineData("long")]
    public async Task Host_HearsWhatItMustNot_EndsThatConnectionAlone(string words)
    {
        await using var host = new CheckingSilo(_machine, shares: true);
        await host.ProveAsync(host.Put(_machine["first"], TestModels.Affine(1, 1)));
        await using var guest = new CheckingSilo(_machine, shares: true);
        await guest.ProveAsync(guest.Put(_machine["second"], TestModels.Affine(2, 1)));
        await using var pipe = new NamedPipeClientStream(".", host.Place.PipeName, PipeDirection.InOut, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(TestContext.Current.CancellationToken).Soon();

        try
        {
            await pipe.WriteAsync(words == "long" ? new byte[PipeLines.MaxBytes + 1] : Encoding.UTF8.GetBytes(words), TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // It is closed in the middle of what is too long.
        }

        var ended = 0;
        while (ended == 0)
        {
            try
            {
                ended = await pipe.ReadAsync(new byte[64], TestContext.Current.CancellationToken).Soon() == 0 ? 1 : 0;
            }
            catch (IOException)
            {
                ended = 1;
            }
        }

        Assert.NotNull(await guest.ProveAsync(guest.Put(_machine["third"], TestModels.Affine(3, 1))));
        Assert.Equal((WorkerPart.Guest, 1), (guest.Shared.Part, host.Started));
    }

    [Fact]
    public async Task Host_EndsAndUnknownJobs_AreNothing()
    {
        await using var host = new CheckingSilo(_machine, shares: true);
        await host.ProveAsync(host.Put(_machine["first"], TestModels.Affine(1, 1)));
        await using var pipe = new NamedPipeClientStream(".", host.Place.PipeName, PipeDirection.InOut, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(TestContext.Current.CancellationToken).Soon();
        var lines = new PipeLines(pipe);
        await SendAsync(new GuestLine(7));
        var job = new WorkerJob(0, JobKind.Check, host.Put(_machine["second"], TestModels.Affine(2, 1)).GetPath(CheckingSilo.ModelFile), []);
        await SendAsync(new GuestLine(8, job, Limits));

        HostLine? line;
        do
        {
            line = await lines.ReadAsync(SharingJson.Default.HostLine, TestContext.Current.CancellationToken).Soon();
        }
        while (line is { End: null });

        Assert.Equal((8, WorkerStep.Ran), (line!.Id, line.End!.Answer!.Step));

        Task SendAsync(GuestLine line) => lines.SendAsync(PipeLines.Write(line, SharingJson.Default.GuestLine)!, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Guest_JobThatIsTooLong_IsDoneByAWorkerOfItsOwn()
    {
        await using var host = new CheckingSilo(_machine, shares: true);
        await host.ProveAsync(host.Put(_machine["first"], TestModels.Affine(1, 1)));
        await using var guest = new CheckingSilo(_machine, shares: true);
        var path = guest.Put(_machine["second"], TestModels.Affine(2, 1)).GetPath(CheckingSilo.ModelFile);

        var end = await guest.Shared.CheckAsync(new WorkerJob(0, JobKind.Check, path, [new string('x', PipeLines.MaxBytes)]), Limits).Soon();

        Assert.Equal((WorkerStep.Ran, 1), (end.Answer!.Step, guest.Started));
    }

    [Fact]
    public void Place_OtherFolder_HasOtherNames()
    {
        var (one, other) = (new WorkerPlace(CacheFolder.Open(_machine["one"])), new WorkerPlace(CacheFolder.Open(_machine["other"])));

        Assert.NotEqual(one.PipeName, other.PipeName);
        Assert.Equal(one.PipeName, new WorkerPlace(CacheFolder.Open(_machine["one"])).PipeName);
    }

    private static NamedPipeServerStream CreateServer(CheckingSilo silo) =>
        new(silo.Place.PipeName, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);

    private async Task<(PipeLines Host, GuestPipe Guest)> ConnectAsync(CheckingSilo silo, NamedPipeServerStream pipe)
    {
        var lines = new PipeLines(pipe);
        var connecting = GuestPipe.ConnectAsync(silo.Place.PipeName, PartRule.ReachPatience, PartRule.ReachPatience, _time, TestContext.Current.CancellationToken);
        await pipe.WaitForConnectionAsync(TestContext.Current.CancellationToken).Soon();
        await lines.SendAsync(PipeLines.Write(new HostLine(0), SharingJson.Default.HostLine)!, TestContext.Current.CancellationToken);
        return (lines, (await connecting.Soon()).Guest!);
    }

    private static async Task WhenPartAsync(CheckingSilo silo, WorkerPart part)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (silo.Shared.Part != part)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Lets time pass until it is done.</summary>
    private async Task<T> PassAsync<T>(Task<T> task)
    {
        await PassAsync((Task)task);
        return await task;
    }

    private async Task PassAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken));
        }
    }
}
