using System.Text.RegularExpressions;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Checks the API keys. What stands for a hash is never repeated: it may be the key, set there by mistake.</summary>
internal sealed partial class MultiplexAccessOptionsValidator : ISettingsValidator<MultiplexAccessOptions>
{
    private const int Most = 1_000_000;

    public static string Section => "Multiplex";

    public IEnumerable<string> FindFaults(MultiplexAccessOptions options) =>
    [
        .. options.ApiKeys.SelectMany(static key => FindFaults($"Multiplex:ApiKeys:{key.Key}", key.Key, key.Value)),
        .. options.ApiKeys.Where(static key => KeyHash.TryParse(key.Value.Hash, out _))
            .GroupBy(static key => key.Value.Hash, StringComparer.OrdinalIgnoreCase)
            .Where(static same => same.Count() > 1)
            .Select(static same => $"Multiplex:ApiKeys has one Hash for {string.Join(", ", same.Select(static key => key.Key))}; each key must be another one."),
    ];

    private static IEnumerable<string> FindFaults(string path, string name, ApiKeyOptions key) =>
    [
        .. Rules.Require(NameForm().IsMatch(name), $"The name of {path}", $"'{name}'", "1 to 64 of the characters A-Z a-z 0-9 . _ -"),
        .. Rules.Require(
            KeyHash.TryParse(key.Hash, out _),
            $"{path}:Hash",
            key.Hash.Length == 0 ? "not set" : "no hash",
            "sha256: and the SHA-256 of the key in 64 hexadecimal digits"),
        .. Rules.Require(
            key.Rights != AccessRights.None && (key.Rights & ~(AccessRights.Infer | AccessRights.Read | AccessRights.Operate)) == 0,
            $"{path}:Rights",
            key.Rights == AccessRights.None ? "not set" : key.Rights,
            SettingValue.Describe(typeof(AccessRights))),
        .. Rules.Require(
            key.ModelPrefix is null || ModelPrefix.IsPrefix(key.ModelPrefix),
            $"{path}:ModelPrefix",
            $"'{key.ModelPrefix}'",
            "what a model id may begin with, for instance team-a or team-a/; leave it out for all models"),
        .. Rules.Require(key.Rate is null or (>= 0.001 and <= Most), $"{path}:Rate", key.Rate, "a number of requests per second from 0.001 to 1000000"),
        .. Rules.Require(key.Burst is null or (>= 1 and <= Most), $"{path}:Burst", key.Burst, "from 1 to 1000000"),
        .. Rules.Require(key.Burst is null || key.Rate is not null, $"{path}:Burst", key.Burst, "set together with Rate only"),
    ];

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex NameForm();
}
