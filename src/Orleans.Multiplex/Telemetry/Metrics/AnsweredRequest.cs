namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>A request that was answered.</summary>
/// <param name="Model">Its model's series.</param>
/// <param name="Total">All of its time on this silo.</param>
/// <param name="LoadWait">How long it waited for its model to be loaded; null where that was there.</param>
/// <param name="Queued">How long it waited for an inference thread; null for a call of an own class, which may use none, or several times.</param>
/// <param name="RunRows">The rows of its run; null where others have counted them, or there are none.</param>
internal readonly record struct AnsweredRequest(ModelSeries Model, TimeSpan Total, TimeSpan? LoadWait, TimeSpan? Queued = null, long? RunRows = null);
