using System.Buffers;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Storage;

/// <summary>What the setting <c>Multiplex:Models</c> names: a folder, or a store of a kind that a package brings.</summary>
internal static class StoreAddress
{
    private const string Setting = "Multiplex:Models";

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-");

    /// <summary>The packages whose absence can be told by name.</summary>
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["s3"] = "AddS3Models() of the package Orleans.Multiplex.S3",
    };

    /// <summary>The scheme of an address in lower case; null when it is the path of a folder.</summary>
    public static string? GetScheme(string address)
    {
        var end = address.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && char.IsAsciiLetter(address[0]) && address.AsSpan(0, end).IndexOfAnyExcept(SchemeCharacters) < 0
            ? address[..end].ToLowerInvariant()
            : null;
    }

    /// <summary>The kind of store that an address names; null when it is a folder.</summary>
    public static IModelStoreScheme? Find(string address, IEnumerable<IModelStoreScheme> schemes) =>
        GetScheme(address) is { } scheme ? schemes.First(known => known.Scheme == scheme) : null;

    /// <summary>What is wrong with an address, as a fault of the settings.</summary>
    public static IEnumerable<string> FindFaults(string? address, IReadOnlyCollection<IModelStoreScheme> schemes)
    {
        if (address is null || GetScheme(address) is not { } scheme)
        {
            return [];
        }

        if (schemes.FirstOrDefault(known => known.Scheme == scheme) is { } store)
        {
            return store.FindFault(address) is { } rule ? Rules.Require(false, Setting, Show(address), rule) : [];
        }

        return Packages.TryGetValue(scheme, out var package)
            ? [$"{Setting} is {Show(address)}, and this silo cannot read {scheme}:// stores: add {package} to the silo."]
            : Rules.Require(false, Setting, Show(address), $"the path of a folder, or an address that begins with {string.Join(" or ", Known(schemes))}");
    }

    // Behind the scheme there may be credentials, as in addresses of other kinds: user:password@host, or in a query.
    private static string Show(string address) => address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].AsSpan().ContainsAny("@:?#")
        ? "an address that is not repeated here, as it may hold credentials"
        : $"'{address}'";

    private static IEnumerable<string> Known(IEnumerable<IModelStoreScheme> schemes) =>
        schemes.Select(static known => known.Scheme).Concat(Packages.Keys).Distinct(StringComparer.Ordinal).Select(static scheme => $"{scheme}://");
}
