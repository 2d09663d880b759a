using System.Collections.Immutable;
using Orleans.Multiplex.Calls.Copies;

namespace Orleans.Multiplex;

/// <summary>The answer to one call of a model.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.InferenceResponse")]
public sealed class InferenceResponse
{
    /// <summary>The version that answered.</summary>
    [Id(0)]
    public required long Version { get; init; }

    /// <summary>The outputs, in the order asked for.</summary>
    [Id(1)]
    public required ImmutableArray<ModelValue> Outputs { get; init; }

    /// <summary>The name of the silo that answered.</summary>
    [Id(2)]
    public required string Silo { get; init; }

    /// <summary>Whether the request had to wait for the model to be loaded.</summary>
    [Id(3)]
    public required bool IsCold { get; init; }

    /// <summary>Where the time went.</summary>
    [Id(4)]
    public required InferenceTimings Timings { get; init; }

    /// <summary>Where else the model could have answered; null where it has no copies, as the caller knows.</summary>
    [Id(5)]
    internal CopyNews? Copies { get; init; }

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="KeyNotFoundException">The answer has no output of this name, or it is no tensor.</exception>
    public Tensor GetTensor(string name) =>
        Outputs.FirstOrDefault(output => output.Name == name) switch
        {
            Tensor tensor => tensor,
            { } other => throw new KeyNotFoundException($"Output '{name}' is a {other.GetType().Name}, not a tensor."),
            null => throw new KeyNotFoundException(
                $"There is no output '{name}'; there are: {string.Join(", ", Outputs.Select(output => output.Name))}."),
        };
}
