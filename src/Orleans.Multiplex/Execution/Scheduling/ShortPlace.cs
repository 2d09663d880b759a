namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Where a short run goes that waits for no thread.</summary>
internal enum ShortPlace
{
    /// <summary>Nowhere: it has to queue.</summary>
    None,

    /// <summary>In the place of a thread for inference, which is idle as long.</summary>
    OfThread,

    /// <summary>Beside all threads: it is so short that it takes nothing from anyone.</summary>
    Beside,
}
