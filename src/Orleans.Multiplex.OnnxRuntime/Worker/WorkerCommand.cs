using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>How the worker is started: by the same .NET as the application, with the application's own libraries.</summary>
/// <param name="Host">The program that runs .NET assemblies.</param>
/// <param name="RuntimeConfig">What the application says of the .NET that it needs.</param>
/// <param name="Dependencies">What the application says of its libraries; null where it says nothing.</param>
/// <param name="Assembly">This assembly.</param>
internal sealed record WorkerCommand(string Host, string RuntimeConfig, string? Dependencies, string Assembly)
{
    // All that the worker gets of the silo's environment: native code that chokes on a file has no use for credentials.
    private static readonly string[] Inherited =
    [
        "PATH", "HOME", "USER", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ", "SystemRoot", "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
        "GLIBC_TUNABLES",
    ];

    // A small heap that does not grow for speed, and neither debuggers nor dumps: it holds other people's models.
    private static readonly (string Name, string Value)[] Own =
    [
        ("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_GCConserveMemory", "7"), ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_TieredPGO", "0"), ("DOTNET_DbgEnableMiniDump", "0"), ("DOTNET_NOLOGO", "1"),
    ];

    /// <summary>How it is started from this process.</summary>
    /// <param name="fault">Why it cannot be, as the end of a sentence; null when it can.</param>
    public static WorkerCommand? Find(out string? fault) => Find(
        System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name,
#pragma warning disable IL3000 // It is empty in a single file, which is what is asked here.
        typeof(WorkerCommand).Assembly.Location,
#pragma warning restore IL3000
        RuntimeEnvironment.GetRuntimeDirectory(),
        AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string,
        AppContext.BaseDirectory,
        File.Exists,
        out fault);

    /// <summary>How it is started, from what a process knows of itself.</summary>
    /// <param name="application">The name of the assembly that was started.</param>
    /// <param name="assembly">Where this assembly lies; empty in a single file.</param>
    /// <param name="runtime">The folder of the runtime: <c>dotnet/shared/Microsoft.NETCore.App/10.0.0/</c>.</param>
    /// <param name="dependencies">The files that list the libraries of the application and of its frameworks.</param>
    /// <param name="folder">The application's folder.</param>
    /// <param name="exists">Whether a file is there.</param>
    /// <param name="fault">Why it cannot be started.</param>
    public static WorkerCommand? Find(
        string? application, string assembly, string runtime, string? dependencies, string folder, Func<string, bool> exists, out string? fault)
    {
        fault = null;
        if (assembly.Length == 0)
        {
            fault = "the application is a single file, out of which no worker process can be started";
            return null;
        }

        var root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        var host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var config = Path.Combine(folder, $"{application}.runtimeconfig.json");
        if (!exists(host) || !exists(config))
        {
            fault = $"a worker process cannot be started: there is no '{(exists(config) ? host : config)}'. It takes an application that is framework-dependent";
            return null;
        }

        var own = dependencies?.Split(';').FirstOrDefault(file => string.Equals(Path.GetDirectoryName(file), Path.TrimEndingDirectorySeparator(folder), StringComparison.Ordinal));
        return new WorkerCommand(host, config, own is not null && exists(own) ? own : null, assembly);
    }

    /// <summary>What is started.</summary>
    public ProcessStartInfo ToStartInfo()
    {
        string[] arguments = ["exec", "--runtimeconfig", RuntimeConfig, .. Dependencies is null ? (string[])[] : ["--depsfile", Dependencies], Assembly];
        var start = new ProcessStartInfo(Host, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetDirectoryName(Assembly)!,
        };
        var kept = Inherited.Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).Where(one => one.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in Own)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
