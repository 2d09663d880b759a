using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Where things are sent by OTLP, if anywhere.</summary>
internal static class OtlpEndpoint
{
    /// <summary>Whether an endpoint is set, and nothing says that this is not to go there.</summary>
    /// <param name="configuration">The settings, the environment among them.</param>
    /// <param name="signal">What is to be sent, as the standard variables name it.</param>
    public static bool IsSet(IConfiguration configuration, string signal) =>
        !"none".Equals(configuration[$"OTEL_{signal}_EXPORTER"], StringComparison.OrdinalIgnoreCase)
        && (IsSet(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]) || IsSet(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]));

    private static bool IsSet(string? endpoint) => !string.IsNullOrWhiteSpace(endpoint);
}
