namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>What the spans of a silo are called.</summary>
internal static class SpanNames
{
    /// <summary>A request to a model of the store, from where it has come to the silo to its answer.</summary>
    public const string Infer = "infer";

    /// <summary>A call of a grain of an own class, led through its model's lease.</summary>
    public const string Call = "call model";

    /// <summary>The choice of a silo for a model that nobody holds.</summary>
    public const string Place = "place model";

    /// <summary>A request's wait for its model: to be found in the store, and to be loaded by whomever.</summary>
    public const string Wait = "wait for model";

    /// <summary>A load, all steps of it.</summary>
    public const string Load = "load model";

    /// <summary>The end of a model on a silo, from where it takes no more requests until its room is free.</summary>
    public const string Evict = "evict model";

    /// <summary>The wait for an inference thread.</summary>
    public const string Queue = "queue";

    /// <summary>The run of one request.</summary>
    public const string Run = "run";

    /// <summary>The run of several requests as one.</summary>
    public const string RunBatch = "run batch";
}
