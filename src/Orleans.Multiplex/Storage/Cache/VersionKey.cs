using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>What a version is called in the cache: the same for all silos with the same store, another one after any change of its files.</summary>
internal static class VersionKey
{
    public static string Of(string store, ModelManifest manifest) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{store}\n{manifest.Id}\n{manifest.Version}\n{manifest.Tag}"))));
}
