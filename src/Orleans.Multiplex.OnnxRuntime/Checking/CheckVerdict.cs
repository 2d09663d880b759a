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
}
