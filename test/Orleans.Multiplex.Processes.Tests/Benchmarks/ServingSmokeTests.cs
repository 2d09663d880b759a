using System.Diagnostics;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Benchmarks;

/// <summary>The benchmark of serving does what it says: every server, way and kind of load, each with few requests. Its figures are not looked at.</summary>
public sealed class ServingSmokeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Serve_Smoke_GetsRightAnswersOfAllServersAndWritesTheTable()
    {
        var (code, output, errors) = await RunAsync("serve", "smoke");

        Assert.True(code == 0, $"It ended with code {code}:\n{output}\n{errors}");
        var rows = output.Split('\n').Where(static line => line.StartsWith("| (", StringComparison.Ordinal)).ToList();
        foreach (var server in (string[])["(b)", "(c)"])
        {
            foreach (var wire in (string[])["binary", "JSON", "gRPC"])
            {
                Assert.Single(rows, row => row.StartsWith($"| {server} / (a), requests per second, {wire}, 64 connections | tiny;", StringComparison.Ordinal));
                Assert.Single(rows, row => row.StartsWith($"| {server} / (a), p99 at half of (a)'s peak, {wire} |", StringComparison.Ordinal));
            }

            Assert.Single(rows, row => row.StartsWith($"| {server} / (a), requests per second, binary, 1 connection |", StringComparison.Ordinal));
        }

        string[] watched =
        [
            "without dashboard, metrics and traces / another like it",
            "with dashboard, metrics and traces / without",
            "with dashboard, metrics for Prometheus and by OTLP, and traces / without",
        ];
        foreach (var (wire, what) in from wire in (string[])["binary", "JSON", "gRPC"] from what in watched select (wire, what))
        {
            Assert.Single(rows, row => row.StartsWith($"| (b) {what}, requests per second, {wire}, 64 connections | tiny |", StringComparison.Ordinal));
        }

        foreach (var row in (string[])["3 models by Zipf's law", "p99 of other models", "10 times overload", "the others are refused", "memory", "processor time of a gateway"])
        {
            Assert.Contains(rows, line => line.Contains(row, StringComparison.Ordinal));
        }

        Assert.Contains(rows, static row => row.Contains("3 resident", StringComparison.Ordinal));
        Assert.Contains("(b)/(a) tiny binary, 64 connections", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_UnknownPart_IsRefusedWithThoseThereAre()
    {
        var (code, _, errors) = await RunAsync("serve", "quick", "peaks");

        Assert.Equal(2, code);
        Assert.Contains("'peaks' is none of: quick, smoke, peak,", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(HostProcess.FindExecutable("test/Orleans.Multiplex.Benchmarks/Orleans.Multiplex.Benchmarks"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = TestCache.Path;
        using var process = Process.Start(start)!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Patience);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await errors);
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
