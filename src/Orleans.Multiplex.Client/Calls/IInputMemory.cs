namespace Orleans.Multiplex.Calls;

/// <summary>The memory of a call's inputs, where it may be used again.</summary>
internal interface IInputMemory
{
    /// <summary>
    /// Gives it to others. Called once at most: when the call was answered by a run in this process, which has ended then, and nothing else was given the inputs. In all
    /// other cases it is left to the garbage collector, which knows who reads it.
    /// </summary>
    void GiveBack();
}
