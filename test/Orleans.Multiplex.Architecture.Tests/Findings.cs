using Xunit;

namespace Orleans.Multiplex.Architecture.Tests;

/// <summary>Fails with every finding on a line of its own; the assertions of collections would show the first ones, shortened.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}
