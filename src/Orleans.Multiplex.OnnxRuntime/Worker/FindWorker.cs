namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>Finds how a worker is started; see <see cref="WorkerCommand.Find(out string?)"/>.</summary>
/// <param name="fault">Why it cannot be started; null when it can.</param>
internal delegate WorkerCommand? FindWorker(out string? fault);
