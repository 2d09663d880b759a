using Microsoft.Extensions.Configuration;
using OpenTelemetry.Context.Propagation;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// What OpenTelemetry takes from requests beside what ASP.NET Core itself does, by the standard variable <c>OTEL_PROPAGATORS</c>, which its SDK for .NET does not read. To look for baggage
/// in each request, and to keep what was found, costs those too that are not recorded.
/// </summary>
/// <param name="configuration">The settings, the environment among them.</param>
internal sealed class ChosenPropagators(IConfiguration configuration)
{
    private const string TraceContext = "tracecontext";
    private const string Baggage = "baggage";
    private const string None = "none";

    /// <summary>The variable that names them.</summary>
    public NamingVariable Variable { get; } = new(configuration, "OTEL_PROPAGATORS", TraceContext, Baggage, None);

    /// <summary>The propagator to be used; null where nothing is named, and that of the process stays.</summary>
    public TextMapPropagator? Make()
    {
        if (Variable.Named is [])
        {
            return null;
        }

        var propagators = Variable.Named.Where(static name => name != None).Select(Make).ToList();
        return propagators is [var alone] ? alone : new CompositeTextMapPropagator(propagators);
    }

    private static TextMapPropagator Make(string name) => name == TraceContext ? new TraceContextPropagator() : new BaggagePropagator();
}
