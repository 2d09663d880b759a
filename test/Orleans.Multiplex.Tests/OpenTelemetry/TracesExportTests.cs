using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using Orleans.Multiplex.OpenTelemetry;
using Orleans.Multiplex.Tests.AspNetCore.Mutants;
using Xunit;

namespace Orleans.Multiplex.Tests.OpenTelemetry;

/// <summary>When a host makes spans, and of what. Alone, since who listens in a process does so for all of it.</summary>
[Collection(Alone.Name)]
public sealed class TracesExportTests
{
    // Nothing is sent there: no span of these tests is recorded.
    private const string Endpoint = "http://127.0.0.1:1";

    [Theory]
    [InlineData(null, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", false)]
    public void Host_MakesSpansAndFiltersCalls_WhereThereIsAnEndpointForThem(string? setting, bool isOn)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (setting is not null)
        {
            builder.Configuration[setting] = Endpoint;
        }

        builder.AddMultiplexTelemetry();
        using var host = builder.Build();

        using var tracer = host.Services.GetService<TracerProvider>();
        using var ours = new ActivitySource("Orleans.Multiplex.Test");
        Assert.Equal(isOn, ours.HasListeners());
        Assert.Equal(isOn, builder.Services.Any(static service => service.ServiceType == typeof(IIncomingGrainCallFilter)));
        Assert.Equal(isOn, builder.Services.Any(static service => service.ServiceType == typeof(IOutgoingGrainCallFilter)));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", ActivityKind.Server)]
    [InlineData("load model", ActivityKind.Internal)]
    public void Sampler_WhatMayBeginATrace_IsRecordedOnceInAHundred(string name, ActivityKind kind)
    {
        var sampler = BeginningSampler.Find(new ConfigurationManager())!;

        var recorded = Enumerable.Range(0, 10_000).Count(_ => IsRecorded(sampler, ActivityTraceId.CreateRandom(), name, kind));

        Assert.InRange(recorded, 40, 200);
    }

    [Theory]
    [InlineData("parentbased_always_on", null, 100)]
    [InlineData("parentbased_always_off", null, 0)]
    [InlineData("parentbased_traceidratio", "0", 0)]
    [InlineData("parentbased_traceidratio", "nonsense", 100)]
    public void Sampler_OfTheStandardVariables_IsAskedForWhatMayBeginATraceAndForNothingElse(string name, string? argument, int expected)
    {
        var sampler = BeginningSampler.Find(new ConfigurationManager { ["OTEL_TRACES_SAMPLER"] = name, ["OTEL_TRACES_SAMPLER_ARG"] = argument })!;

        Assert.Equal(expected, Enumerable.Range(0, 100).Count(_ => IsRecorded(sampler, ActivityTraceId.CreateRandom(), "load model", ActivityKind.Internal)));
        Assert.False(IsRecorded(sampler, ActivityTraceId.CreateRandom(), "IInferenceGrain/InferAsync", ActivityKind.Server));
    }

    [Fact]
    public void Sampler_ThatDoesNotHeedTheParent_IsLeftToTheStandard() =>
        Assert.Null(BeginningSampler.Find(new ConfigurationManager { ["OTEL_TRACES_SAMPLER"] = "always_on" }));

    [Theory]
    [InlineData("IInferenceGrain/InferAsync", ActivityKind.Client)]
    [InlineData("IInferenceGrain/InferAsync", ActivityKind.Server)]
    [InlineData("activate grain", ActivityKind.Internal)]
    public void Sampler_WhatOrleansDoes_NeverBeginsATrace(string name, ActivityKind kind)
    {
        // The least of ids is below every ratio.
        var trace = ActivityTraceId.CreateFromString("00000000000000000000000000000001");
        var sampler = BeginningSampler.Find(new ConfigurationManager())!;

        Assert.True(IsRecorded(sampler, trace, "load model", kind));
        Assert.False(IsRecorded(sampler, trace, name, kind));
    }

    private static bool IsRecorded(Sampler sampler, ActivityTraceId trace, string name, ActivityKind kind) =>
        sampler.ShouldSample(new SamplingParameters(default, trace, name, kind, null, null)).Decision == SamplingDecision.RecordAndSample;
}
