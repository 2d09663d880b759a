using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>What is said of spans: names and numbers, never what a request brings or an answer holds.</summary>
internal static class SpanTags
{
    public const string Model = "multiplex.model";
    public const string Version = "multiplex.version";
    public const string Pool = "multiplex.pool";
    public const string Silo = "multiplex.silo";
    public const string IsCold = "multiplex.cold";
    public const string Bytes = "multiplex.bytes";
    public const string Reason = "multiplex.reason";
    public const string Candidates = "multiplex.placement.candidates";
    public const string WhyChosen = "multiplex.placement.reason";
    public const string Requests = "multiplex.batch.requests";
    public const string Rows = "multiplex.batch.rows";

    private const string ErrorType = "error.type";

    /// <summary>The span's work has failed. The first reason stays.</summary>
    /// <param name="span">The span.</param>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="description">For people; null where the span above says it.</param>
    public static void Fail(this Activity span, string kind, string? description = null)
    {
        if (span.Status != ActivityStatusCode.Error)
        {
            span.SetStatus(ActivityStatusCode.Error, description).SetTag(ErrorType, kind);
        }
    }

    /// <inheritdoc cref="Fail(Activity, string, string?)"/>
    public static void Fail(this Activity span, Exception error) => span.Fail(KindOf(error));

    /// <summary>The kind of an error: one of our own words, or the type of what nobody here knows.</summary>
    public static string KindOf(Exception error) => ErrorKind.Of(error) is var kind && kind != ErrorKind.Other ? kind : error.GetType().FullName ?? kind;
}
