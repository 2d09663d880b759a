using System.Diagnostics;
using System.Globalization;
using Orleans.Multiplex.Hosting.Cluster.Localhost;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

public sealed class LockFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["x.lock"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryTake_HeldHere_ReturnsNullUntilItIsGivenBack()
    {
        using (var held = LockFile.TryTake(File))
        {
            Assert.NotNull(held);
            Assert.Null(LockFile.TryTake(File));
        }

        using var again = LockFile.TryTake(File);
        Assert.NotNull(again);
    }

    [Fact]
    public void Take_HeldTooLong_NamesTheFile()
    {
        using var held = LockFile.Take(File, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken);

        var fault = Assert.Throws<TimeoutException>(() =>
            LockFile.Take(File, TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Contains(File, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_CancelledWhileItWaits_Ends()
    {
        using var held = LockFile.TryTake(File);
        using var cancellation = new CancellationTokenSource();
        var waiting = Task.Run(() => LockFile.Take(File, TimeSpan.FromMinutes(1), TimeProvider.System, cancellation.Token), CancellationToken.None);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void TryTake_FolderIsMissing_IsAFaultAndNotAHolder() =>
        Assert.Throws<DirectoryNotFoundException>(() => LockFile.TryTake(_folder["no/x.lock"]));

    [Fact]
    public void Take_ManyThreads_HoldsOneAtATime()
    {
        var inside = 0;
        var most = 0;

        Parallel.For(0, 200, _ =>
        {
            using var held = LockFile.Take(File, TimeSpan.FromMinutes(1), TimeProvider.System);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Interlocked.Decrement(ref inside);
        });

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task TryTake_HolderInAnotherProcessIsKilled_IsFreeAtOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses flock(1) as the other process.");
        var start = new ProcessStartInfo("flock", [File, "sh", "-c", "echo $$; exec cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var other = Process.Start(start)!;
        var id = int.Parse((await other.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        using var holder = Process.GetProcessById(id);
        Assert.Null(LockFile.TryTake(File));

        holder.Kill();
        other.Kill();
        await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);

        using var taken = LockFile.TryTake(File);
        Assert.NotNull(taken);
    }
}
