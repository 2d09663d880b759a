using System.Diagnostics;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>Every fault that a cluster has to bear, once, under load (<c>Orleans.Multiplex.Chaos</c>): no promise is broken.</summary>
public sealed class ChaosTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Short_EveryFaultOnce_KeepsEveryPromise()
    {
        var start = new ProcessStartInfo(HostProcess.FindExecutable("test/Orleans.Multiplex.Chaos/Orleans.Multiplex.Chaos"), ["short", "seed=1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Patience);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);

            Assert.True(process.ExitCode == 0, $"{output}\n{await errors}");
            Assert.Equal(11, output.Split('\n').Count(static line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains("| kept", StringComparison.Ordinal)));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
