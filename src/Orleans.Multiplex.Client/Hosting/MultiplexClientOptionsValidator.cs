using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Hosting;

/// <summary>Checks the settings of the client SDK.</summary>
internal sealed class MultiplexClientOptionsValidator : ISettingsValidator<MultiplexClientOptions>
{
    public static string Section => "Multiplex";

    public IEnumerable<string> FindFaults(MultiplexClientOptions options) =>
    [
        .. Rules.RequireTime("Multiplex:RequestTimeout", options.RequestTimeout),
        .. Rules.RequireMaxTime("Multiplex:MaxRequestTimeout", options.MaxRequestTimeout, "Multiplex:RequestTimeout", options.RequestTimeout),
        .. Rules.RequireTime("Multiplex:AttemptTimeout", options.AttemptTimeout),
        .. Rules.RequireRequestBytes("Multiplex:MaxRequestBytes", options.MaxRequestBytes),
    ];
}
