using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>A line that the host writes: at first, and again and again while a job is under way, that it is there; and how a job ended.</summary>
/// <param name="Id">The guest's number of the job.</param>
/// <param name="End">How it ended; null for a sign of life.</param>
internal sealed record HostLine(int Id, JobEnd? End = null);
