namespace Orleans.Multiplex.Execution;

/// <summary>An open model. Disposed exactly once, when nothing runs on it any more.</summary>
public interface IInferenceSession : IDisposable
{
    /// <summary>Its inputs and outputs.</summary>
    ModelSignature Signature { get; }

    /// <summary>The bytes of the process's memory that it takes, which are charged to the silo's quota; null when what was estimated before is as good.</summary>
    long? HeapBytes => null;

    /// <summary>The bytes of mapped files that it uses beside them.</summary>
    long MappedBytes => 0;

    /// <summary>
    /// The name of the size that the first dimension of all inputs and outputs has, if it is one and the same: only then may requests run together.
    /// Default: null, for models of which that is not known.
    /// </summary>
    string? RowSymbol => null;

    /// <summary>
    /// Whether <see cref="Run"/> only computes, and waits for nothing: then runs that are very short may go on a thread of the thread pool. Default: false.
    /// </summary>
    bool NeverBlocks => false;

    /// <summary>Checks what came against what the model asks for, before anything is queued.</summary>
    /// <exception cref="InvalidInputException">Names the input, what came and what was expected.</exception>
    void Check(InferenceRequest request);

    /// <summary>
    /// Runs the model on checked inputs, on the calling thread: an inference thread, or one of the thread pool where it <see cref="NeverBlocks"/>. The outputs
    /// lie in memory of their own, never in that of the inputs, which belongs to others as soon as this has returned.
    /// </summary>
    /// <param name="request">A request that <see cref="Check"/> passed.</param>
    /// <param name="cancellationToken">Ends the run at its next node.</param>
    /// <returns>The outputs in the order asked for, and where the time went.</returns>
    /// <exception cref="InvalidInputException">The engine found an input at fault that the check could not see.</exception>
    /// <exception cref="InferenceFailedException">The model failed on these inputs.</exception>
    /// <exception cref="OperationCanceledException">The token ended the run.</exception>
    RunResult Run(InferenceRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Does, as far as it can, what would make the first run slower than the next ones: called before the model takes the place of one that answers.
    /// Default: nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends it, which is no failure.</param>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    void WarmUp(CancellationToken cancellationToken)
    {
    }
}
