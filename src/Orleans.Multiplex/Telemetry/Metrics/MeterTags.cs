namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>The meter's name, and those of its tags.</summary>
internal static class MeterTags
{
    public const string Meter = "Orleans.Multiplex";

    public const string Pool = "multiplex.pool";
    public const string Model = "multiplex.model";
    public const string Outcome = "multiplex.outcome";
    public const string Reason = "multiplex.reason";
    public const string InUse = "multiplex.in_use";
    public const string Memory = "multiplex.memory";
    public const string Operation = "multiplex.operation";
    public const string Error = "error.type";

    public static KeyValuePair<string, object?> Of(string name, string value) => new(name, value);
}
