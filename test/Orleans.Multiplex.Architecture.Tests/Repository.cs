using System.Reflection;

namespace Orleans.Multiplex.Architecture.Tests;

/// <summary>The repository which these tests were built in.</summary>
internal static class Repository
{
    private static readonly string[] SourceRoots = ["src", "silo", "gateway", "test"];
    private static readonly string[] BuildFolders = ["bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static string Root { get; } = FindRoot();

    /// <summary>The projects of <c>src</c> by name.</summary>
    public static IReadOnlyList<string> Libraries { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)!).Where(HasProject).Order(StringComparer.Ordinal)];

    /// <summary>All C# files that people write, as paths from the root with <c>/</c>.</summary>
    public static IReadOnlyList<string> SourceFiles { get; } =
    [
        .. SourceRoots.Select(root => Path.Combine(Root, root)).Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(BuildFolders.Contains) && !file.EndsWith(".g.cs", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public static Assembly Load(string library) => Assembly.Load(new AssemblyName(library));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static bool HasProject(string library) => File.Exists(Path.Combine(Root, "src", library, library + ".csproj"));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Multiplex.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Orleans.Multiplex.sln.");
    }
}
