namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Why a run was refused.</summary>
internal enum RefusalReason
{
    /// <summary>As many wait as may, for all models.</summary>
    QueueFull,

    /// <summary>As many wait as may for this model.</summary>
    ModelQueueFull,

    /// <summary>What is ahead of it takes longer than it has time.</summary>
    TooLate,

    /// <summary>The silo stops.</summary>
    Closed,
}
