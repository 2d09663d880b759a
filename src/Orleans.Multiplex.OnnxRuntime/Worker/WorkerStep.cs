namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>What the worker says.</summary>
internal enum WorkerStep
{
    /// <summary>It is up.</summary>
    Ready,

    /// <summary>The job begins: the memory of the one before has been given back.</summary>
    Begun,

    /// <summary>The model is open and runs now.</summary>
    Opened,

    /// <summary>The model ran, or cannot be run on made-up inputs.</summary>
    Ran,

    /// <summary>The model cannot be opened.</summary>
    Refused,

    /// <summary>The model is prepared.</summary>
    Prepared,

    /// <summary>The model cannot be prepared.</summary>
    NotPrepared,

    /// <summary>The preparation ended for something that says nothing of the model.</summary>
    Interrupted,
}
