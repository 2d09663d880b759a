using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.Hosting;

/// <summary>
/// Reads and checks <see cref="MultiplexClusterOptions"/>. It reads the section itself, because the binder would stop at the first value that it
/// cannot convert, and would pass over a misspelt key in silence.
/// </summary>
internal sealed class MultiplexClusterSettings(IConfiguration configuration)
    : IConfigureOptions<MultiplexClusterOptions>, IValidateOptions<MultiplexClusterOptions>
{
    private static readonly string[] Providers = [MultiplexClusterOptions.None, MultiplexClusterOptions.Localhost];

    private static readonly string[] Keys =
    [
        nameof(MultiplexClusterOptions.Provider), nameof(MultiplexClusterOptions.ClusterId), nameof(MultiplexClusterOptions.SiloPort),
        nameof(MultiplexClusterOptions.GatewayPort), nameof(MultiplexClusterOptions.Directory),
    ];

    private readonly IConfigurationSection _section = configuration.GetSection(MultiplexClusterOptions.SectionName);

    public void Configure(MultiplexClusterOptions options)
    {
        options.Provider = _section[nameof(options.Provider)] ?? options.Provider;
        options.ClusterId = _section[nameof(options.ClusterId)] ?? options.ClusterId;
        options.Directory = _section[nameof(options.Directory)] ?? options.Directory;
        options.SiloPort = Number(nameof(options.SiloPort)) ?? options.SiloPort;
        options.GatewayPort = Number(nameof(options.GatewayPort)) ?? options.GatewayPort;
    }

    public ValidateOptionsResult Validate(string? name, MultiplexClusterOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static string Named(string key) => $"{MultiplexClusterOptions.SectionName}:{key}";

    private static string? PortFault(string key, int port) => port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort
        ? null
        : $"{Named(key)} is {port}; a port is 1 to {IPEndPoint.MaxPort}, or 0 for any free one.";

    private static bool IsClusterId(string id) => id is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(id[0])
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private IEnumerable<string> Faults(MultiplexClusterOptions options)
    {
        foreach (var child in _section.GetChildren().Where(child => !Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
            yield return $"{Named(child.Key)} is not a setting; there are {string.Join(", ", Keys)}.";

        foreach (var key in new[] { nameof(options.SiloPort), nameof(options.GatewayPort) })
            if (_section[key] is { } text && Number(key) is null)
                yield return $"{Named(key)} is '{text}', which is not a whole number.";

        if (!Providers.Contains(options.Provider, StringComparer.OrdinalIgnoreCase))
            yield return $"{Named(nameof(options.Provider))} is '{options.Provider}'; it must be one of {string.Join(", ", Providers)}.";
        if (!IsClusterId(options.ClusterId))
            yield return $"{Named(nameof(options.ClusterId))} is '{options.ClusterId}'; it must be 1 to 64 characters of A-Z a-z 0-9 . _ - and begin with a letter or digit.";
        if (string.IsNullOrWhiteSpace(options.Directory))
            yield return $"{Named(nameof(options.Directory))} is empty; leave it out, or name a folder which only its owner can write to.";
        if (PortFault(nameof(options.SiloPort), options.SiloPort) is { } siloFault)
            yield return siloFault;
        if (PortFault(nameof(options.GatewayPort), options.GatewayPort) is { } gatewayFault)
            yield return gatewayFault;
        if (options.SiloPort != 0 && options.SiloPort == options.GatewayPort)
            yield return $"{Named(nameof(options.SiloPort))} and {Named(nameof(options.GatewayPort))} are both {options.SiloPort}; they must differ.";
    }

    private int? Number(string key) =>
        int.TryParse(_section[key], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
