using System.Collections.Frozen;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>The files for browsers that the assembly carries.</summary>
internal static class CarriedFiles
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, CarriedFile> Files = typeof(CarriedFiles).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(static name => CarriedFile.Read(name, name[Prefix.Length..]))
        .ToFrozenDictionary(static file => file.Name, StringComparer.Ordinal);

    public static IEnumerable<CarriedFile> All => Files.Values;

    /// <summary>The path of a file, relative to the base of the dashboard. It changes with the file, so that a browser may keep what it has.</summary>
    public static string PathOf(string name) => Files[name].Path;
}
