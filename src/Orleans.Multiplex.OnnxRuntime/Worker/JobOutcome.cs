namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>How a job ended.</summary>
internal enum JobOutcome
{
    /// <summary>With an answer.</summary>
    Answered,

    /// <summary>A step took too long, and the process was ended.</summary>
    TooSlow,

    /// <summary>It took too much memory, and the process was ended.</summary>
    TooLarge,

    /// <summary>The process ended in the middle.</summary>
    Died,

    /// <summary>There is no process to do it.</summary>
    NotStarted,

    /// <summary>The silo whose process was to do it is not heard of any more.</summary>
    Lost,
}
