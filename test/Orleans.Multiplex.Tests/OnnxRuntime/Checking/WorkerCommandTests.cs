using Orleans.Multiplex.OnnxRuntime.Worker;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

public sealed class WorkerCommandTests
{
    private const string Runtime = "/usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/";
    private const string Dependencies = "/app/App.deps.json;/usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/Microsoft.NETCore.App.deps.json";

    [Fact]
    public void Find_FrameworkDependentApplication_IsStartedByTheSameDotnetWithItsOwnLibraries()
    {
        var command = WorkerCommand.Find("App", "/app/Backend.dll", Runtime, Dependencies, "/app/", static _ => true, out var fault);

        Assert.Null(fault);
        Assert.Equal(new WorkerCommand("/usr/share/dotnet/dotnet", "/app/App.runtimeconfig.json", "/app/App.deps.json", "/app/Backend.dll"), command);
        Assert.Equal(
            ["exec", "--runtimeconfig", "/app/App.runtimeconfig.json", "--depsfile", "/app/App.deps.json", "/app/Backend.dll"],
            command!.ToStartInfo().ArgumentList);
    }

    [Theory]
    [InlineData("", "/usr/share/dotnet/dotnet", "the application is a single file, out of which no worker process can be started")]
    [InlineData("/app/Backend.dll", "/usr/share/dotnet/dotnet", "there is no '/usr/share/dotnet/dotnet'. It takes an application that is framework-dependent")]
    [InlineData("/app/Backend.dll", "/app/App.runtimeconfig.json", "there is no '/app/App.runtimeconfig.json'.")]
    public void Find_ApplicationThatBringsItsOwnDotnet_SaysWhyNot(string assembly, string missing, string reason)
    {
        Assert.Null(WorkerCommand.Find("App", assembly, Runtime, Dependencies, "/app/", file => file != missing, out var fault));

        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ThisProcess_CanStartOne()
    {
        Assert.NotNull(WorkerCommand.Find(out var fault));
        Assert.Null(fault);
    }

    [Fact]
    public void StartInfo_Environment_HasNothingThatTheWorkerHasNoUseFor()
    {
        Environment.SetEnvironmentVariable("MULTIPLEX_TEST_SECRET", "secret");

        var start = WorkerCommand.Find(out _)!.ToStartInfo();

        Assert.DoesNotContain("MULTIPLEX_TEST_SECRET", start.Environment.Keys);
        Assert.Equal(("0", "0", "7"), (start.Environment["DOTNET_gcServer"], start.Environment["DOTNET_gcConcurrent"], start.Environment["DOTNET_GCConserveMemory"]));
    }
}
