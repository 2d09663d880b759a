namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>The four forms in which a request and its answer go: two of each protocol.</summary>
public enum Wire
{
    /// <summary>REST with tensors as JSON.</summary>
    Json,

    /// <summary>REST with tensors as raw bytes behind the JSON.</summary>
    Binary,

    /// <summary>gRPC with typed contents.</summary>
    Typed,

    /// <summary>gRPC with raw contents.</summary>
    Raw,
}
