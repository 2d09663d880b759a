namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>Finds how a worker is started; see <see cref="WorkerCommand.Find(out string?)"/>.</summary>
internal class WorkerSource
{
    /// <param name="fault">Why it cannot be started; null when it can.</param>
    public virtual WorkerCommand? Find(out string? fault) => WorkerCommand.Find(out fault);
}
