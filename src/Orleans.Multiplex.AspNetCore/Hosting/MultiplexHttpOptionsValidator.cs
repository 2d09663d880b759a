using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.AspNetCore.Hosting;

/// <summary>Checks the settings of the HTTP endpoints.</summary>
internal sealed class MultiplexHttpOptionsValidator : ISettingsValidator<MultiplexHttpOptions>
{
    public static string Section => "Multiplex";

    public IEnumerable<string> FindFaults(MultiplexHttpOptions options) =>
    [
        .. Rules.RequireRequestBytes("Multiplex:MaxRequestBytes", options.MaxRequestBytes),
        .. Rules.Require(
            options.MaxBytesInFlight.Bytes / 2 >= options.MaxRequestBytes.Bytes,
            "Multiplex:MaxBytesInFlight",
            options.MaxBytesInFlight,
            $"at least twice Multiplex:MaxRequestBytes ({options.MaxRequestBytes}), so that the largest request passes alone"),
    ];
}
