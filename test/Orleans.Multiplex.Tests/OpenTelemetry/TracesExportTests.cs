using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
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
    [InlineData(null, null, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", null, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "none", false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", null, true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", null, false)]
    public void Host_MakesSpansAndFiltersCalls_WhereThereIsAnEndpointForThem(string? setting, string? exporter, bool isOn)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["OTEL_TRACES_EXPORTER"] = exporter;
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
    public void Sampler_WhatMayBeginATrace_IsRecordedTenTimesASecond(string name, ActivityKind kind)
    {
        var time = new FakeTimeProvider();
        var sampler = BeginningSampler.Make(new ConfigurationManager(), time);

        Assert.Equal(10, CountRecorded());
        Assert.Equal(0, CountRecorded());
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(5, CountRecorded());
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, CountRecorded());

        int CountRecorded() => Enumerable.Range(0, 100).Count(_ => IsRecorded(sampler, ActivityTraceId.CreateRandom(), name, kind));
    }

    [Theory]
    [InlineData("parentbased_always_on", null, 100)]
    [InlineData("parentbased_always_off", null, 0)]
    [InlineData("parentbased_traceidratio", "0", 0)]
    [InlineData("parentbased_traceidratio", "nonsense", 100)]
    public void Sampler_OfTheStandardVariables_IsAskedForWhatMayBeginATraceAndForNothingElse(string name, string? argument, int expected)
    {
        var sampler = BeginningSampler.Make(new ConfigurationManager { ["OTEL_TRACES_SAMPLER"] = name, ["OTEL_TRACES_SAMPLER_ARG"] = argument }, TimeProvider.System);

        Assert.Equal(expected, Enumerable.Range(0, 100).Count(_ => IsRecorded(sampler, ActivityTraceId.CreateRandom(), "load model", ActivityKind.Internal)));
        Assert.False(IsRecorded(sampler, ActivityTraceId.CreateRandom(), "IInferenceGrain/InferAsync", ActivityKind.Server));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("parentbased_always_on", true)]
    [InlineData("parentbased_always_off", true)]
    [InlineData("parentbased_traceidratio", true)]
    [InlineData("always_on", false)]
    [InlineData("traceidratio", false)]
    public void Sampler_ThatDoesNotHeedTheParent_IsLeftToTheStandard(string? name, bool isOurs) =>
        Assert.Equal(isOurs, BeginningSampler.IsFor(new ConfigurationManager { ["OTEL_TRACES_SAMPLER"] = name }));

    [Theory]
    [InlineData("IInferenceGrain/InferAsync", ActivityKind.Client)]
    [InlineData("IInferenceGrain/InferAsync", ActivityKind.Server)]
    [InlineData("activate grain", ActivityKind.Internal)]
    public void Sampler_WhatOrleansDoes_NeverBeginsATrace(string name, ActivityKind kind)
    {
        var trace = ActivityTraceId.CreateRandom();
        var sampler = BeginningSampler.Make(new ConfigurationManager(), TimeProvider.System);

        Assert.True(IsRecorded(sampler, trace, "load model", kind));
        Assert.False(IsRecorded(sampler, trace, name, kind));
    }

    private static bool IsRecorded(Sampler sampler, ActivityTraceId trace, string name, ActivityKind kind) =>
        sampler.ShouldSample(new SamplingParameters(default, trace, name, kind, null, null)).Decision == SamplingDecision.RecordAndSample;
}
