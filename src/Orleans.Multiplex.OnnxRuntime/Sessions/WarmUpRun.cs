using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>
/// One run on made-up inputs: it touches the weights, and ONNX Runtime plans the memory of a run in it. A model that takes none of the inputs
/// that can be made up stays as cold as it is.
/// </summary>
internal static class WarmUpRun
{
    private const int Seed = 1;

    public static void Run(OnnxSession session, CancellationToken cancellationToken)
    {
        foreach (var size in MadeUpInputs.Sizes)
        {
            if (MadeUpInputs.Create(session.Signature, size, withOptional: false, Seed) is { } inputs && TryRun(session, new InferenceRequest(inputs), cancellationToken))
            {
                return;
            }
        }
    }

    private static bool TryRun(OnnxSession session, InferenceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            session.Check(request);
            session.RunUnasked(request, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is InvalidInputException or InferenceFailedException)
        {
            return false;
        }
    }
}
