using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Hosting.Cluster;

/// <summary>Checks how a silo finds its cluster.</summary>
/// <param name="declared">What Orleans' own configuration says of it.</param>
/// <param name="services">Whether the table of the provider is there.</param>
internal sealed class MultiplexClusterOptionsValidator(DeclaredCluster declared, IServiceProviderIsKeyedService services)
    : ISettingsValidator<MultiplexClusterOptions>
{
    private static readonly string[] Providers = [MultiplexClusterOptions.None, MultiplexClusterOptions.Localhost, MultiplexClusterOptions.Redis];

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
        .. Rules.Require(
            declared.Provider is null || options.Is(MultiplexClusterOptions.None),
            Named(nameof(options.Provider)),
            $"'{options.Provider}'",
            $"left out, since Orleans:Clustering:ProviderType is '{declared.Provider}'"),
        .. Rules.Require(
            !options.Is(MultiplexClusterOptions.Redis) || services.IsKeyedService(typeof(IMembershipTable), MultiplexClusterOptions.Redis),
            Named(nameof(options.Provider)),
            $"'{options.Provider}'",
            "another one, unless the application calls AddRedisCluster() of the package Orleans.Multiplex.Redis"),
        .. Rules.Require(
            !options.Is(MultiplexClusterOptions.Localhost) || !declared.HasEndpoints,
            Named(nameof(options.Provider)),
            $"'{options.Provider}'",
            $"another one, or Orleans:Endpoints left out for {Named(nameof(options.SiloPort))} and {Named(nameof(options.GatewayPort))}"),
        .. Rules.Require(
            !declared.HasEndpoints || options is { Address: null, SiloPort: 0, GatewayPort: 0 },
            "Orleans:Endpoints",
            "set",
            $"left out where {Named(nameof(options.Address))}, {Named(nameof(options.SiloPort))} or {Named(nameof(options.GatewayPort))} is set"),
        .. Rules.Require(
            !declared.HasId || options.ClusterId == new MultiplexClusterOptions().ClusterId,
            Named(nameof(options.ClusterId)),
            $"'{options.ClusterId}'",
            "left out where Orleans:ClusterId is set"),
        .. Rules.Require(
            options.ConnectionString is null || options.Is(MultiplexClusterOptions.Redis),
            Named(nameof(options.ConnectionString)),
            "set",
            $"left out unless {Named(nameof(options.Provider))} is {MultiplexClusterOptions.Redis}"),
        .. Rules.Require(
            options.Address is null || IsAddress(options.Address),
            Named(nameof(options.Address)),
            $"'{options.Address}'",
            "one IP address of this machine, by which others reach it, or left out"),
        .. RequirePort(nameof(options.SiloPort), options.SiloPort),
        .. RequirePort(nameof(options.GatewayPort), options.GatewayPort),
        .. Rules.Require(
            options.SiloPort == 0 || options.SiloPort != options.GatewayPort,
            Named(nameof(options.SiloPort)),
            options.SiloPort,
            $"another port than {Named(nameof(options.GatewayPort))}"),
    ];

    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static string Named(string key) => $"{Section}:{key}";

    private static IEnumerable<string> RequirePort(string key, int port) => Rules.Require(
        port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort, Named(key), port, $"a port, 1 to {IPEndPoint.MaxPort}, or 0 for any free one");

    private static bool IsClusterId(string id) => id is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(id[0])
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
