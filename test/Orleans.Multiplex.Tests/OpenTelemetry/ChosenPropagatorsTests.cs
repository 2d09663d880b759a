using Microsoft.Extensions.Configuration;
using OpenTelemetry.Context.Propagation;
using Orleans.Multiplex.OpenTelemetry;
using Xunit;

namespace Orleans.Multiplex.Tests.OpenTelemetry;

/// <summary>What is taken from requests beside what ASP.NET Core takes.</summary>
public sealed class ChosenPropagatorsTests
{
    private static readonly Dictionary<string, string> Request = new(StringComparer.OrdinalIgnoreCase)
    {
        ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ["baggage"] = "who=me",
    };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("b3")]
    public void Make_NoneIsNamed_ThatOfTheProcessStays(string? named) => Assert.Null(Make(named));

    [Theory]
    [InlineData("tracecontext", true, false)]
    [InlineData("Baggage", false, true)]
    [InlineData("tracecontext, baggage", true, true)]
    [InlineData("b3,baggage", false, true)]
    [InlineData("none", false, false)]
    [InlineData("none,baggage", false, true)]
    public void Make_TakesWhatIsNamed(string named, bool takesTrace, bool takesBaggage)
    {
        var taken = Make(named)!.Extract(default, Request, static (request, name) => request.TryGetValue(name, out var value) ? [value] : []);

        Assert.Equal((takesTrace, takesBaggage), (taken.ActivityContext.IsRemote, taken.Baggage.GetBaggage("who") == "me"));
    }

    // The instrumentation of ASP.NET Core leaves the second look at a request out for this very class.
    [Theory]
    [InlineData("tracecontext,tracecontext")]
    [InlineData("none,tracecontext")]
    public void Make_TheTraceAlone_IsNoCompositeOfOne(string named) => Assert.IsType<TraceContextPropagator>(Make(named));

    private static TextMapPropagator? Make(string? named)
    {
        using var settings = new ConfigurationManager();
        settings["OTEL_PROPAGATORS"] = named;
        return new ChosenPropagators(settings).Make();
    }
}
