namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>What a job has of the worker.</summary>
internal enum TurnState
{
    /// <summary>It waits for its turn.</summary>
    Waiting,

    /// <summary>It has the turn.</summary>
    Held,

    /// <summary>It has given the turn away and goes on in its process, while the next one runs in another.</summary>
    Aside,

    /// <summary>It is over.</summary>
    Ended,
}
