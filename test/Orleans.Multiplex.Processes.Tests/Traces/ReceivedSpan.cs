using System.Collections.Immutable;
using Orleans.Multiplex.Testing.Otlp;

namespace Orleans.Multiplex.Processes.Tests.Traces;

/// <summary>A span as it came, and whose it is.</summary>
/// <param name="resource">What sent it.</param>
/// <param name="source">The name of the source that made it.</param>
/// <param name="span">The span.</param>
internal sealed class ReceivedSpan(Resource resource, string source, Span span)
{
    private static readonly ImmutableHashSet<string> None = [];

    public string Name => span.Name;

    public string Source => source;

    public string TraceId { get; } = Hex(span.TraceId);

    public string Id { get; } = Hex(span.SpanId);

    /// <summary>The span above it; empty for one that began its trace.</summary>
    public string ParentId { get; } = Hex(span.ParentSpanId);

    public ulong Began => span.StartTimeUnixNano;

    public ulong Ended => span.EndTimeUnixNano;

    /// <summary>The ids of the spans that it is linked to.</summary>
    public ImmutableHashSet<string> Links { get; } = None.Union(span.Links.Select(static link => Hex(link.SpanId)));

    public bool HasFailed => span.Status?.Code == Status.Types.StatusCode.Error;

    /// <summary>The silo, or the gateway, that sent it.</summary>
    public string Instance { get; } = Find(resource.Attributes, "service.instance.id");

    public string Service { get; } = Find(resource.Attributes, "service.name");

    /// <summary>An attribute as text; empty when it has none of that name.</summary>
    public string this[string attribute] => Find(span.Attributes, attribute);

    public override string ToString() => $"{Service}/{Instance} {source}: {Name} ({Id} below {ParentId})";

    private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Find(IEnumerable<KeyValue> attributes, string name) => attributes.FirstOrDefault(one => one.Key == name)?.Value switch
    {
        { HasStringValue: true } text => text.StringValue,
        { HasBoolValue: true } truth => truth.BoolValue ? "true" : "false",
        { HasIntValue: true } number => $"{number.IntValue}",
        _ => "",
    };
}
