namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>Tries and prepares models in a process that may end.</summary>
internal interface IModelWorker : IDisposable
{
    /// <summary>Makes ready, so that the first job does not wait for it. Nobody waits for this, and a fault is told to the first job.</summary>
    void Start();

    /// <summary>Has a model opened and run. It goes on to its end whoever waits.</summary>
    /// <exception cref="OperationCanceledException">The silo stops.</exception>
    Task<JobEnd> CheckAsync(WorkerJob job, JobLimits limits);

    /// <summary>Has a model prepared, which ends early for a check.</summary>
    /// <param name="job">The job.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<JobEnd> PrepareAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken);
}
