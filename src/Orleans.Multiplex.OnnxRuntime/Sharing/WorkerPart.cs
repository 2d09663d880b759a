namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>What part a silo has in the worker of its machine.</summary>
internal enum WorkerPart
{
    /// <summary>None: it has had nothing to do yet, or its host has gone.</summary>
    None,

    /// <summary>It has the worker, and does the jobs of the others too.</summary>
    Host,

    /// <summary>It gives its jobs to the host.</summary>
    Guest,

    /// <summary>It has a worker of its own, since it cannot reach the host, or that one has none.</summary>
    Alone,
}
