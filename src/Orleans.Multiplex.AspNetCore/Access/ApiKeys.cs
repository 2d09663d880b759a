using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>The API keys that are configured.</summary>
internal sealed class ApiKeys(IOptions<MultiplexAccessOptions> options, TimeProvider time)
{
    private readonly ApiKey[] _keys =
    [
        .. options.Value.ApiKeys.Select(key => KeyHash.TryParse(key.Value.Hash, out var hash)
            ? new ApiKey(key.Key, hash, key.Value, time)
            : throw new InvalidOperationException($"The hash of the API key '{key.Key}' is none.")),
    ];

    public bool Any => _keys.Length > 0;

    /// <summary>The key that was presented; null for none of them. Takes as long for one as for another.</summary>
    public ApiKey? Find(string presented) => FindByHash(KeyHash.Of(presented));

    /// <summary>The key that has a hash; null for none of them. Takes as long for one as for another.</summary>
    public ApiKey? FindByHash(ReadOnlySpan<byte> hash)
    {
        ApiKey? found = null;
        foreach (var key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(key.Hash, hash))
            {
                found = key;
            }
        }

        return found;
    }
}
