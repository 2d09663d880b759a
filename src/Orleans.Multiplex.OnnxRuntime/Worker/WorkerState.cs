namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>What a worker process does.</summary>
internal enum WorkerState
{
    /// <summary>It starts.</summary>
    Starting,

    /// <summary>It waits for a job.</summary>
    Idle,

    /// <summary>It was given a check, which it begins when what came before is over.</summary>
    CheckGiven,

    /// <summary>It was given a preparation.</summary>
    PreparationGiven,

    /// <summary>It opens a model.</summary>
    Opening,

    /// <summary>It runs a model.</summary>
    Running,

    /// <summary>It prepares a model.</summary>
    Preparing,

    /// <summary>It is no more.</summary>
    Ended,
}
