using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>What a model is asked for so that its answer has the outputs wanted: labels come with the output that they belong to.</summary>
internal sealed class OutputPlan
{
    private readonly string _model;
    private readonly ImmutableArray<string> _wanted;

    private OutputPlan(string model, ImmutableArray<string> wanted, ImmutableArray<string> asked, bool hasLabels) =>
        (_model, _wanted, Asked, HasLabels) = (model, wanted, asked, hasLabels);

    /// <summary>Whether labels are asked for by their name. Otherwise an answer of tensors is as it has to be.</summary>
    public bool HasLabels { get; }

    /// <summary>The names of the model's own outputs to ask it for, in order; empty for all.</summary>
    public ImmutableArray<string> Asked { get; }

    /// <summary>Whether one of the names may be of labels, so that the model's declared outputs are needed for the plan.</summary>
    public static bool MayNameLabels(ImmutableArray<string> wanted) =>
        wanted.Any(static name => name.EndsWith(TensorSpecs.LabelsSuffix, StringComparison.Ordinal));

    /// <summary>The plan for names none of which is of labels.</summary>
    public static OutputPlan AsNamed(string model, ImmutableArray<string> wanted) => new(model, wanted, wanted, hasLabels: false);

    /// <summary>The plan for a model's declared outputs. A name that is none of it goes to the model, which says so.</summary>
    /// <exception cref="InvalidInputException">Labels are wanted twice.</exception>
    public static OutputPlan Of(string model, ImmutableArray<string> wanted, ImmutableArray<ValueSpec> declared)
    {
        var owners = TensorSpecs.FindLabels(declared);
        var labels = wanted.Where(owners.ContainsKey).ToList();
        if (labels.GroupBy(static name => name).FirstOrDefault(static same => same.Skip(1).Any()) is { Key: var twice })
        {
            throw new InvalidInputException(model, "", $"Output '{twice}' of model '{model}' is asked for twice.");
        }

        // The owner of labels is asked for once, also where it is wanted itself; what is wanted twice stays so, for the model to refuse.
        var asked = wanted.Where(name => !owners.ContainsKey(name)).ToList();
        asked.AddRange(labels.Select(name => owners[name].Name).Except(asked).ToList());
        return new OutputPlan(model, wanted, [.. asked], labels.Count > 0);
    }

    /// <summary>The tensors of the answer, in the order wanted.</summary>
    /// <exception cref="InvalidInputException">What is wanted is not there, or has the name of another output.</exception>
    public ImmutableArray<Tensor> Select(ImmutableArray<OutputTensors> outputs)
    {
        if (_wanted.IsEmpty)
        {
            CheckNames(outputs);
            return [.. outputs.SelectMany(static output => output.Labels is { } labels ? (IEnumerable<Tensor>)[output.Values, labels] : [output.Values])];
        }

        return HasLabels
            ? [.. _wanted.Select(name => Find(name, outputs))]
            : [.. outputs.Select(static output => output.Values)];
    }

    private void CheckNames(ImmutableArray<OutputTensors> outputs)
    {
        var clash = outputs.Select(static output => output.Labels?.Name).OfType<string>()
            .Intersect(outputs.Select(static output => output.Values.Name), StringComparer.Ordinal)
            .FirstOrDefault();
        if (clash is not null)
        {
            throw new InvalidInputException(
                _model,
                "",
                $"The labels of output '{clash[..^TensorSpecs.LabelsSuffix.Length]}' would be output '{clash}', but the model has an output of this name. {OutputTensors.Remedy}");
        }
    }

    private Tensor Find(string name, ImmutableArray<OutputTensors> outputs)
    {
        var values = outputs.FirstOrDefault(output => output.Values.Name == name)?.Values;
        return values ?? outputs.FirstOrDefault(output => output.Labels?.Name == name)?.Labels
            ?? throw new InvalidInputException(_model, "", $"The answer has no output '{name}'. {OutputTensors.Remedy}");
    }
}
