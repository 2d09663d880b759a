namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>What an error is, by whichever protocol it came.</summary>
internal enum Refusal
{
    /// <summary>400, INVALID_ARGUMENT.</summary>
    Invalid,

    /// <summary>404, NOT_FOUND.</summary>
    NotFound,

    /// <summary>422, FAILED_PRECONDITION.</summary>
    Broken,

    /// <summary>413, RESOURCE_EXHAUSTED.</summary>
    TooLarge,

    /// <summary>Any other status.</summary>
    Other,
}
