using System.IO.Pipes;
using Orleans.Multiplex.OnnxRuntime.Sharing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Xunit;
using static Orleans.Multiplex.Tests.OnnxRuntime.Checking.ScriptedWorkers;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Sharing;

/// <summary>The jobs of a guest, as the host does them.</summary>
public sealed class HostedGuestTests : IDisposable
{
    private static readonly JobLimits Limits = new(TimeSpan.FromDays(1), 1L << 30);

    private readonly ScriptedWorkers _workers = new();

    public void Dispose() => _workers.Dispose();

    [Fact]
    public async Task Checks_GuestHasGone_ThoseThatWaitDoNotBegin()
    {
        var worker = _workers.Start($"case \"$job\" in *slow*) {Reach("in")}; {Await("go")};; *left*) {Reach("begun")};; esac; {Good}");
        var name = $"multiplex-{Guid.NewGuid():N}"[..26];
        await using var server = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        await using var guest = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await Task.WhenAll(server.WaitForConnectionAsync(TestContext.Current.CancellationToken), guest.ConnectAsync(TestContext.Current.CancellationToken)).Soon();
        var serving = new HostedGuest(server, worker, TimeProvider.System, TestContext.Current.CancellationToken).RunAsync();
        var lines = new PipeLines(guest);
        await SendAsync(1, "slow");
        await _workers.WhenReachedAsync("in");
        await SendAsync(2, "left");

        await guest.DisposeAsync();
        await serving.Soon();
        _workers.Let("go");

        // It would be behind the one that was left.
        Assert.Equal(JobOutcome.Answered, (await worker.CheckAsync(new WorkerJob(0, JobKind.Check, "good", []), Limits).Soon()).Outcome);
        Assert.False(_workers.IsReached("begun"));

        Task SendAsync(int id, string path) => lines.SendAsync(
            PipeLines.Write(new GuestLine(id, new WorkerJob(0, JobKind.Check, path, []), Limits), SharingJson.Default.GuestLine)!, TestContext.Current.CancellationToken);
    }
}
