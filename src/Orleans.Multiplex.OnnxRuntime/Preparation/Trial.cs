using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>A run of the original on made-up inputs, which a prepared model has to repeat.</summary>
/// <param name="Request">The inputs.</param>
/// <param name="Outputs">What the original gave.</param>
internal sealed record Trial(InferenceRequest Request, ImmutableArray<ModelValue> Outputs)
{
    private const int Seed = 20_260_801;

    // A batch and a single row, as a rule.
    private const int Wanted = 2;

    /// <summary>Runs the original on inputs of several sizes, until it has taken some, without and with the inputs that may be left out.</summary>
    /// <param name="original">The original.</param>
    /// <param name="run">Runs a request, for a bounded time.</param>
    /// <param name="reason">Why there are no trials, or not all of those that are needed; null when there are.</param>
    public static List<Trial> RunAll(
        OnnxSession original, Func<OnnxSession, InferenceRequest, ImmutableArray<ModelValue>> run, out string? reason)
    {
        reason = null;
        var trials = new List<Trial>();
        bool[] ways = original.Signature.Inputs.Any(input => input.IsOptional) ? [false, true] : [false];
        foreach (var withOptional in ways)
        {
            var before = trials.Count;
            foreach (var size in MadeUpInputs.Sizes)
            {
                if (MadeUpInputs.Create(original.Signature, size, withOptional, Seed + size) is { } inputs
                    && TryRun(original, run, new InferenceRequest(inputs), ref reason) is { } trial)
                {
                    trials.Add(trial);
                }

                if (trials.Count - before == Wanted || !HasFreeDimensions(original.Signature))
                {
                    break;
                }
            }
        }

        reason = trials.Count > 0 ? null : reason ?? "no inputs of a bounded size can be made up for it";
        return trials;
    }

    /// <summary>
    /// Runs a model once, on the smallest made-up inputs that it takes; null when it takes none, which says nothing against it.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="reason">Why it takes none.</param>
    public static Trial? RunOnce(OnnxSession model, out string? reason)
    {
        reason = null;
        bool[] ways = model.Signature.Inputs.Any(input => input.IsOptional) ? [false, true] : [false];
        foreach (var withOptional in ways)
        {
            foreach (var size in MadeUpInputs.Sizes.Order())
            {
                if (MadeUpInputs.Create(model.Signature, size, withOptional, Seed + size) is { } inputs
                    && TryRun(model, static (model, request) => model.Run(request, CancellationToken.None).Outputs, new(inputs), ref reason) is { } trial)
                {
                    return trial;
                }

                if (!HasFreeDimensions(model.Signature))
                {
                    break;
                }
            }
        }

        reason ??= "no inputs of a bounded size can be made up for it";
        return null;
    }

    private static bool HasFreeDimensions(ModelSignature signature) =>
        signature.Inputs.Any(input => input.Kind != ValueKind.Tensor || input.Shape.IsDefault || input.Shape.Any(dimension => dimension < 0));

    private static Trial? TryRun(
        OnnxSession original, Func<OnnxSession, InferenceRequest, ImmutableArray<ModelValue>> run, InferenceRequest request, ref string? reason)
    {
        try
        {
            original.Check(request);
            return new Trial(request, run(original, request));
        }
        catch (Exception exception) when (exception is InferenceFailedException or InvalidInputException)
        {
            reason ??= $"it cannot be run on made-up inputs: {(exception as InferenceFailedException)?.Reason ?? exception.Message}";
            return null;
        }
    }
}
