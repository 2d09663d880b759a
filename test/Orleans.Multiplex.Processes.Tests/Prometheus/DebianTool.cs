using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Prometheus;

/// <summary>What Debian's package prometheus brings.</summary>
internal static class DebianTool
{
    private const string Needs = "This needs Debian's package prometheus; test/run installs it.";

    /// <summary>Starts a program of the package.</summary>
    public static Process Start(string program, params IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException(Needs, missing);
        }
    }

    /// <summary>Runs promtool to its end.</summary>
    /// <param name="input">What it reads; empty for nothing.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int Code, string Printed)> CheckAsync(string input, params IEnumerable<string> arguments)
    {
        using var process = Start("promtool", arguments);
        var printed = Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var text = string.Concat(await printed);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, text);
    }
}
