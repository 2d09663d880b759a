using System.Net;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Hosting;

/// <summary>Checks how a silo finds its cluster.</summary>
internal sealed class MultiplexClusterOptionsValidator : ISettingsValidator<MultiplexClusterOptions>
{
    private static readonly string[] Providers = [MultiplexClusterOptions.None, MultiplexClusterOptions.Localhost];

    public static string Section => MultiplexClusterOptions.SectionName;

    public IEnumerable<string> FindFaults(MultiplexClusterOptions options) =>
    [
        .. Rules.Require(
            Providers.Contains(options.Provider, StringComparer.OrdinalIgnoreCase),
            Named(nameof(options.Provider)),
            $"'{options.Provider}'",
            $"one of {string.Join(", ", Providers)}"),
        .. Rules.Require(
            IsClusterId(options.ClusterId),
            Named(nameof(options.ClusterId)),
            $"'{options.ClusterId}'",
            "1 to 64 characters of A-Z a-z 0-9 . _ - and begin with a letter or digit"),
        .. Rules.Require(
            !string.IsNullOrWhiteSpace(options.Directory), Named(nameof(options.Directory)), "empty", "a folder which only its owner can write to, or left out"),
        .. RequirePort(nameof(options.SiloPort), options.SiloPort),
        .. RequirePort(nameof(options.GatewayPort), options.GatewayPort),
        .. Rules.Require(
            options.SiloPort == 0 || options.SiloPort != options.GatewayPort,
            Named(nameof(options.SiloPort)),
            options.SiloPort,
            $"another port than {Named(nameof(options.GatewayPort))}"),
    ];

    private static string Named(string key) => $"{Section}:{key}";

    private static IEnumerable<string> RequirePort(string key, int port) => Rules.Require(
        port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort, Named(key), port, $"a port, 1 to {IPEndPoint.MaxPort}, or 0 for any free one");

    private static bool IsClusterId(string id) => id is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(id[0])
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
