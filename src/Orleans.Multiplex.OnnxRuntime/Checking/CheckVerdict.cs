namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>What a check found.</summary>
internal enum CheckVerdict
{
    /// <summary>The model opens, and runs or refuses made-up inputs.</summary>
    Good,

    /// <summary>It ended the process.</summary>
    Crashed,

    /// <summary>It took too long.</summary>
    TooSlow,

    /// <summary>It took too much memory.</summary>
    TooLarge,

    /// <summary>It is refused, and does no harm. Kept only of one that had passed in place and was tried as a whole.</summary>
    Refused,
}
