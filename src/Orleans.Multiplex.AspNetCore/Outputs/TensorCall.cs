using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>
/// Calls models for HTTP and gRPC, which carry tensors only: a sequence or map comes back as the tensors that say the same, where there are
/// such (<see cref="OutputTensors"/>), and can be asked for by their names.
/// </summary>
internal sealed class TensorCall(IMultiplexClient client, Descriptions descriptions)
{
    /// <summary>Calls a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="options">What else is asked for; its outputs may be those that stand for sequences and maps.</param>
    /// <param name="cancellationToken">Ends the call when its caller has gone.</param>
    /// <exception cref="InvalidInputException">An output has no tensors that say the same; the message names it.</exception>
    public async ValueTask<TensorAnswer> InferAsync(
        ModelKey model, ImmutableArray<ModelValue> inputs, InferenceOptions options, CancellationToken cancellationToken)
    {
        // 1 What to ask the model for. Only names that may be of labels need a look at its description.
        var key = model.ToString();
        var outputs = options.Outputs;
        var time = descriptions.Start(options.Timeout);
        OutputPlan? plan = null;
        var asked = options;
        if (OutputPlan.MayNameLabels(outputs))
        {
            plan = OutputPlan.Of(key, outputs, await DescribeOutputsAsync(key, time, cancellationToken));
            asked = options with { Outputs = plan.Asked, Timeout = time.Left(key) };
        }

        // 2 The call.
        var response = await client.InferAsync(key, inputs, asked, cancellationToken);

        // 3 The answer: mostly tensors as they are.
        var tensors = plan is { HasLabels: true } ? default : OutputTensors.AsTensors(response.Outputs);
        return new TensorAnswer(
            response.Version, tensors.IsDefault ? await SelectAsync(model, plan ?? OutputPlan.AsNamed(key, outputs), response, time, cancellationToken) : tensors, response.Silo, response.IsCold);
    }

    // What an empty sequence is a sequence of, only the description of the version that answered tells.
    private async ValueTask<ImmutableArray<Tensor>> SelectAsync(
        ModelKey model, OutputPlan plan, InferenceResponse response, RequestTime time, CancellationToken cancellationToken)
    {
        var declared = response.Outputs.Any(OutputTensors.NeedDeclaration)
            ? await DescribeOutputsAsync(string.Create(CultureInfo.InvariantCulture, $"{model.Id}@{response.Version}"), time, cancellationToken)
            : [];
        var key = model.ToString();
        return plan.Select([.. response.Outputs.Select(output => OutputTensors.Of(key, output, declared))]);
    }

    private async ValueTask<ImmutableArray<ValueSpec>> DescribeOutputsAsync(string model, RequestTime time, CancellationToken cancellationToken) =>
        (await descriptions.GetAsync(model, time, cancellationToken)).Signature.Outputs;
}
