namespace Orleans.Multiplex.Calls;

/// <summary>The memory of a call's inputs, where it may be used again.</summary>
internal interface IInputMemory
{
    /// <summary>
    /// Says that nobody reads it any more but who reads the answer: the call was answered by a run in this process, which has ended, and nothing else was given the inputs.
    /// In all other cases it is left to the garbage collector, which knows who reads it.
    /// </summary>
    void SetUnused();
}
