using System.Text.Json;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Settings;

/// <summary>What the executables are set to by themselves.</summary>
public sealed class ExecutableSettingsTests
{
    // What else would be taken from each request nobody reads there.
    [Theory]
    [InlineData("gateway")]
    [InlineData("silo")]
    public void Executable_TakesTheTraceAloneFromRequests(string folder)
    {
        using var settings = JsonDocument.Parse(Repository.Read($"{folder}/appsettings.json"));

        Assert.Equal("tracecontext", settings.RootElement.GetProperty("OTEL_PROPAGATORS").GetString());
    }
}
