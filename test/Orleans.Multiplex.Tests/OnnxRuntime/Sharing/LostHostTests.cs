using System.IO.Pipes;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.OnnxRuntime.Sharing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Sharing;

/// <summary>Hosts that are of no use: they have no worker, or go again and again. No model fails for it.</summary>
public sealed class LostHostTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Prove_HostCannotStartAProcess_IsDoneByAWorkerOfItsOwnForAWhile()
    {
        await using var host = new CheckingSilo(_machine, shares: true, find: static () => new WorkerCommand("/not/there", "", null, "/not/there"));
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => host.ProveAsync(host.Put(_machine["first"], TestModels.Affine(1, 1))));
        await using var guest = new CheckingSilo(_machine, shares: true);

        Assert.NotNull(await guest.ProveAsync(guest.Put(_machine["second"], TestModels.Affine(2, 1))));

        Assert.Equal((WorkerPart.Host, WorkerPart.Alone, 1), (host.Shared.Part, guest.Shared.Part, guest.Started));
    }

    [Fact]
    public async Task Prove_NoWorkerIsFound_LeavesTheLockToOthers()
    {
        await using var silo = new CheckingSilo(_machine, shares: true, time: _time, find: static () => throw new IOException("the application is a single file"));

        await Assert.ThrowsAsync<ModelLoadFailedException>(() => PassAsync(silo.ProveAsync(silo.Put(_machine["first"], TestModels.Affine(1, 1)))));

        using var taken = FileLock.TryTake(silo.Place.GetLock(), create: true);
        Assert.Equal((WorkerPart.Alone, true), (silo.Shared.Part, taken is not null));
    }

    [Fact]
    public async Task Prove_TwoHostsGo_IsDoneByAWorkerOfItsOwn()
    {
        await using var silo = new CheckingSilo(_machine, shares: true, time: _time);
        using (FileLock.TryTake(silo.Place.GetLock(), create: true))
        {
            await using var first = CreateServer(silo);
            await using var second = CreateServer(silo);
            var proving = silo.ProveAsync(silo.Put(_machine["first"], TestModels.Affine(1, 1)));

            await LoseAsync(first);
            await LoseAsync(second);

            Assert.NotNull(await PassAsync(proving));
            Assert.Equal(1, silo.Started);
        }
    }

    private static NamedPipeServerStream CreateServer(CheckingSilo silo) =>
        new(silo.Place.PipeName, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);

    /// <summary>Lets a guest in, and goes when it has given a job.</summary>
    private static async Task LoseAsync(NamedPipeServerStream pipe)
    {
        var lines = new PipeLines(pipe);
        await pipe.WaitForConnectionAsync(TestContext.Current.CancellationToken).Soon();
        await lines.SendAsync(PipeLines.Write(new HostLine(0), SharingJson.Default.HostLine)!, TestContext.Current.CancellationToken);
        Assert.NotNull(await lines.ReadAsync(SharingJson.Default.GuestLine, TestContext.Current.CancellationToken).Soon());
        await pipe.DisposeAsync();
    }

    /// <summary>Lets time pass until it is done.</summary>
    private async Task<T> PassAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        return await task;
    }
}
