namespace Orleans.Multiplex.Residency;

/// <summary>What a version of a model says of itself in the file <see cref="FileName"/> beside it. What it does not say is as the silo has it for every model.</summary>
internal sealed record ModelSettings
{
    /// <summary>The file's name in the folder of the version.</summary>
    public const string FileName = "model.json";

    /// <summary>Those of a version that says nothing.</summary>
    public static ModelSettings None { get; } = new();

    /// <summary>The most rows of a run; 1 where each request runs alone.</summary>
    public int? MaxBatchSize { get; init; }

    /// <summary>How long a request waits for company although a thread is free.</summary>
    public TimeSpan? MaxQueueDelay { get; init; }

    /// <summary>The fewest silos that have the version while one has it.</summary>
    public int? MinCopies { get; init; }

    /// <summary>The most silos that have the version.</summary>
    public int? MaxCopies { get; init; }

    /// <summary>Whether the resident is to be kept from eviction.</summary>
    public bool Pin { get; init; }

    /// <summary>The priority of requests that bring none.</summary>
    public int? Priority { get; init; }

    /// <summary>The longest that a request may wait and run once the model is there.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The request with the model's priority where it brings none.</summary>
    public InferenceRequest Prioritize(InferenceRequest request) => Priority is { } priority && request.Priority <= 0
        ? new InferenceRequest(request.Inputs, request.Outputs, request.Timeout, priority) { CopiesKnown = request.CopiesKnown }
        : request;
}
