namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>What the worker is asked for.</summary>
internal enum JobKind
{
    /// <summary>Open a model and run it once.</summary>
    Check,

    /// <summary>Prepare a model, at low priority, until something else is asked for.</summary>
    Prepare,

    /// <summary>End what is being prepared.</summary>
    Interrupt,
}
