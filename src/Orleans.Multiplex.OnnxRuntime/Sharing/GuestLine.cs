using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>A line that a guest writes.</summary>
/// <param name="Id">The guest's number of the job.</param>
/// <param name="Job">The job; null to end the preparation that was given under this number.</param>
/// <param name="Limits">What the job may take.</param>
internal sealed record GuestLine(int Id, WorkerJob? Job = null, JobLimits? Limits = null);
